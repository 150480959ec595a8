// scripts_test.go: JavaScript, TypeScript and pages are type checked.

package docs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	clientjs "github.com/everwire/everwire/client-js"
)

// tsconfig is not strict: the scripts of pages do not ask whether an element of theirs is there.
const tsconfig = `{"compilerOptions": {
	"strict": false, "noEmit": true, "pretty": false, "allowJs": true, "checkJs": true, "jsx": "preserve",
	"skipLibCheck": true, "types": ["node"], "target": "es2022", "lib": ["es2022", "dom", "dom.iterable"],
	"module": "preserve", "moduleResolution": "bundler", "moduleDetection": "force"
}}`

// TestScripts runs tsc over all blocks at once, each of them a module.
func TestScripts(t *testing.T) {
	needs(t, "node")
	t.Parallel()
	folder, origin := t.TempDir(), map[string]string{}
	files := map[string]string{"tsconfig.json": tsconfig}
	for _, b := range allBlocks(t) {
		for i, script := range b.scripts(t) {
			name := b.scriptName(i)
			files[name], origin[name] = script, b.String()
		}
	}
	require.NotEmpty(t, origin)
	context, err := os.ReadFile("testdata/context.d.ts")
	require.NoError(t, err)
	files["context.ts"] = strings.ReplaceAll("declare global {\n"+string(context)+"}\nexport {};\n", "\ndeclare ", "\n")
	for name, text := range files {
		write(t, filepath.Join(folder, name), []byte(text))
	}
	linkPackages(t, folder)
	out, err := tsc(folder)
	if err != nil {
		text := string(out)
		for name, from := range origin {
			text = strings.ReplaceAll(text, name, from+" "+name)
		}
		t.Errorf("tsc: %v\n%s", err, text)
	}
}

// A script that begins with the name of its file is one of several that import each other.
var ownName = regexp.MustCompile(`^// ([\w-]+\.tsx?)\n`)

// scriptName is the name of the file for the compiler of the block's i-th script.
func (b block) scriptName(i int) string {
	if m := ownName.FindStringSubmatch(b.text); m != nil {
		return filepath.Join(filepath.Base(b.file), m[1])
	}
	ext := b.lang
	if ext == "html" {
		ext = "js"
	}
	return fmt.Sprintf("%s_%d.%s", b.name(), i, ext)
}

func tsc(folder string) ([]byte, error) {
	cmd := exec.Command("node", "node_modules/typescript/bin/tsc", "-p", ".")
	cmd.Dir = folder
	return cmd.CombinedOutput()
}

// linkPackages has a folder see the npm packages of the tests, and ours.
func linkPackages(t *testing.T, folder string) {
	t.Helper()
	packages, err := os.ReadDir("../node_modules")
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(folder, "node_modules"), 0o755))
	link := func(from, name string) {
		from, err := filepath.Abs(from)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(from, filepath.Join(folder, "node_modules", name)))
	}
	for _, p := range packages {
		link(filepath.Join("../node_modules", p.Name()), p.Name())
	}
	link(filepath.Join(root, "client-js"), "everwire-client")
}

// scripts are what a block has for the compiler.
func (b block) scripts(t *testing.T) []string {
	switch b.lang {
	case "js", "ts", "tsx":
		return []string{b.text}
	case "html":
		return pageScripts(t, b)
	}
	return nil
}

// pageScripts are the scripts of a page. Those that it loads must be among those that the server has, or in the document.
func pageScripts(t *testing.T, b block) (scripts []string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(b.text))
	require.NoError(t, err, b)
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "script" {
			continue
		}
		for _, a := range n.Attr {
			name, ours := strings.CutPrefix(a.Val, "/socket.io/")
			if a.Key == "src" && ours && !slices.Contains(clientjs.Names(), name) {
				t.Errorf("%v: the server has no %s", b, a.Val)
			}
		}
		if n.FirstChild != nil {
			scripts = append(scripts, n.FirstChild.Data)
		}
	}
	return scripts
}

// TestWrongScript sees the compiler find what a document must not say.
func TestWrongScript(t *testing.T) {
	needs(t, "node")
	t.Parallel()
	folder := t.TempDir()
	write(t, filepath.Join(folder, "tsconfig.json"), []byte(tsconfig))
	write(t, filepath.Join(folder, "a.js"), []byte("import { io } from \"everwire-client\";\nio().emitWithAckk(\"x\");\n"))
	linkPackages(t, folder)
	out, err := tsc(folder)
	require.Error(t, err)
	require.Contains(t, string(out), "emitWithAckk")
}

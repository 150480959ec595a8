// build.go: the files of the bundled client, made from its sources.

package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"
)

// A bundle is one of the files that are served.
type bundle struct {
	name  string // in dist
	entry string // in src
	codec string // of the packets, if that matters
	esm   bool
	debug bool
	pages bool // not for Node, though it is a module
}

var bundles = []bundle{
	{name: "socket.io.js", entry: "umd-debug.js", codec: "sio.js", debug: true},
	{name: "socket.io.min.js", entry: "umd.js", codec: "sio.js"},
	{name: "socket.io.esm.min.js", entry: "module.js", codec: "sio.js", esm: true},
	{name: "socket.io.msgpack.min.js", entry: "umd.js", codec: "msgpack.js"},
	{name: "everwire-sse.js", entry: "official-umd.js", debug: true},
	{name: "everwire-sse.min.js", entry: "official-umd.js"},
	{name: "everwire-sse.esm.min.js", entry: "official-module.js", esm: true, pages: true},
}

const banner = "/*! Everwire, MIT */"

// What is around a bundle that is no module: esbuild would wrap each source of one that mentions CommonJS.
const (
	umdBegin = "(function(root_,module_,define_){"
	umdEnd   = `:this,typeof module=="object"&&module.exports&&module,typeof define=="function"&&define.amd&&define);`
	inPages  = `typeof self=="object"?self`
	anywhere = `typeof globalThis=="object"?globalThis:` + inPages
)

// buildAll returns all files by their names: bundles, maps, and both compressed.
func buildAll(src string) (map[string][]byte, error) {
	// For Node, what is in dist is a module or not by what it says, whatever the package around it is.
	files := map[string][]byte{"package.json": []byte("{}\n")}
	for _, b := range bundles {
		built, err := b.build(src)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.name, err)
		}
		for name, content := range built {
			files[name] = content
			if err := compress(files, name, content); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

func (b bundle) build(src string) (map[string][]byte, error) {
	o, err := b.options(src)
	if err != nil {
		return nil, err
	}
	out := filepath.Dir(o.Outfile)
	result := api.Build(o)
	files := map[string][]byte{}
	for _, f := range result.OutputFiles {
		files[strings.TrimPrefix(filepath.ToSlash(f.Path), filepath.ToSlash(out)+"/")] = f.Contents
	}
	return files, problems(result)
}

// bundled returns what options make, and the short names in it.
func bundled(o api.BuildOptions) (text string, names map[string]any, err error) {
	result := api.Build(o)
	for _, f := range result.OutputFiles {
		if f.Path == o.Outfile {
			text = string(f.Contents)
		}
	}
	return text, result.MangleCache, problems(result)
}

func problems(result api.BuildResult) error {
	var failed []error
	for _, m := range append(result.Errors, result.Warnings...) {
		failed = append(failed, fmt.Errorf("%v: %s", cmp.Or(m.Location, &api.Location{}).File, m.Text))
	}
	return errors.Join(failed...)
}

// options are those of the bundler.
func (b bundle) options(src string) (api.BuildOptions, error) {
	src, err := filepath.Abs(src)
	if err != nil {
		return api.BuildOptions{}, err
	}
	out := filepath.Join(filepath.Dir(src), "dist")
	o := api.BuildOptions{
		AbsWorkingDir: src,
		EntryPoints:   []string{b.entry},
		Bundle:        true,
		Outfile:       filepath.Join(out, b.name),
		Banner:        map[string]string{"js": banner + umdBegin},
		Footer:        map[string]string{"js": "})(" + inPages + umdEnd},
		Alias:         map[string]string{"codec": "./" + cmp.Or(b.codec, "sio.js")},
		Define:        map[string]string{"DEBUG": fmt.Sprint(b.debug), "NODE": fmt.Sprint(b.debug || b.esm && !b.pages)},
		Sourcemap:     api.SourceMapLinked,
		Target:        api.ES5,
		Format:        api.FormatESModule, // what is around it makes it a script
		Charset:       api.CharsetASCII,
		LegalComments: api.LegalCommentsNone,
		Supported:     map[string]bool{"const-and-let": true}, // all that is constant is a number, and put where it is used
		LogOverride:   map[string]api.LogLevel{"commonjs-variable-in-esm": api.LogLevelSilent},
	}
	switch {
	case b.debug:
		o.Plugins = []api.Plugin{noConst}
		o.Footer["js"] = "})(" + anywhere + umdEnd
	case b.esm:
		o.Banner, o.Footer, o.Target = map[string]string{"js": banner + "var root_=" + anywhere + ":window;"}, nil, api.ES2015
	}
	if !b.debug {
		o.MinifyWhitespace, o.MinifyIdentifiers, o.MinifySyntax = true, true, true
		o.MangleProps, o.MangleCache = private, shortNames()
	}
	return o, nil
}

// noConst makes variables of constants, for a bundle that is not minified: there the values would not take their place.
var noConst = api.Plugin{Name: "const", Setup: func(p api.PluginBuild) {
	p.OnLoad(api.OnLoadOptions{Filter: `\.js$`}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
		b, err := os.ReadFile(a.Path)
		text := constant.ReplaceAllString(string(b), "${1}var ")
		return api.OnLoadResult{Contents: &text}, err
	})
}}

var constant = regexp.MustCompile(`(?m)^(export )?const `)

// compress adds name.gz and name.br.
func compress(files map[string][]byte, name string, content []byte) error {
	var gz, br bytes.Buffer
	g, err := gzip.NewWriterLevel(&gz, gzip.BestCompression)
	if err != nil {
		return err
	}
	b := brotli.NewWriterLevel(&br, brotli.BestCompression)
	_, err1 := g.Write(content)
	_, err2 := b.Write(content)
	if err := errors.Join(err1, err2, g.Close(), b.Close()); err != nil {
		return err
	}
	files[name+".gz"], files[name+".br"] = gz.Bytes(), br.Bytes()
	return nil
}

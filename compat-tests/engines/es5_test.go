// es5_test.go: the builds for script elements are ECMAScript 5 for a parser, too.

package engines

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/interop"
)

func parse(path string) error {
	return exec.Command("node", "../node_modules/acorn/bin/acorn", "--ecma5", "--silent", path).Run()
}

func TestParsesAsES5(t *testing.T) {
	interop.NeedsNode(t, "acorn")
	files, err := filepath.Glob("../../client-js/dist/*.js")
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(files), 4)
	for _, path := range files {
		if strings.HasSuffix(path, ".esm.min.js") {
			assert.Error(t, parse(path), "a module is not ECMAScript 5: does the parser look?")
		} else {
			assert.NoError(t, parse(path), path)
		}
	}
	for _, path := range []string{"abilities.js", "checks.js", "page.js"} {
		assert.NoError(t, parse(path), path)
	}
}

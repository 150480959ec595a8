// es5_test.go: the builds for script elements are ECMAScript 5 for a parser, too.

package engines

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/interop"
)

const module = "socket.io.esm.min.js" // for engines of today

func parse(path string) error {
	return exec.Command("node", "../node_modules/acorn/bin/acorn", "--ecma5", "--silent", path).Run()
}

func TestParsesAsES5(t *testing.T) {
	interop.NeedsNode(t, "acorn")
	files, err := filepath.Glob("../../client-js/dist/*.js")
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(files), 4)
	for _, path := range files {
		if filepath.Base(path) == module {
			assert.Error(t, parse(path), "a module is not ECMAScript 5: does the parser look?")
		} else {
			assert.NoError(t, parse(path), path)
		}
	}
	assert.NoError(t, parse("page.js"))
}

// app_test.go: the page is whole, and events.ts is what events.go says.

package app

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/everwire/everwire/examples/site/sitetest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPage(t *testing.T) {
	chat, err := New(filepath.Join(t.TempDir(), "chat.db"))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, chat.Shutdown(context.Background())) })
	sitetest.Page(t, chat)
}

// TestTypes fails when events.ts is not what `go generate` would write.
func TestTypes(t *testing.T) {
	out, err := exec.Command("go", "run", "github.com/everwire/everwire/gen", "-check", "-o", "events.ts", ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
}

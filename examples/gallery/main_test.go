// main_test.go: the gallery has a card for each example, with a picture, and each
// example below its path.

package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/examples/site"
	"github.com/everwire/everwire/examples/site/sitetest"
)

func openGallery(t *testing.T) site.App {
	t.Chdir(t.TempDir()) // where databases are made
	g, err := open()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, g.Shutdown(context.Background())) })
	return g
}

func TestFront(t *testing.T) { sitetest.Page(t, openGallery(t)) }

func TestExamplesAreBelowTheirPaths(t *testing.T) {
	g := openGallery(t)
	for _, e := range exhibits {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/"+e.Name+"/", nil))
		assert.Equal(t, http.StatusOK, w.Code, e.Name)
		assert.Contains(t, w.Body.String(), `id="wire"`, "%s: the bar", e.Name)
	}
}

// TestEveryExampleIsShown fails for an example that was forgotten here.
func TestEveryExampleIsShown(t *testing.T) {
	folders, err := os.ReadDir("..")
	require.NoError(t, err)
	var names, shown []string
	for _, f := range folders {
		if _, err := os.Stat("../" + f.Name() + "/app"); err == nil {
			names = append(names, f.Name())
		}
	}
	for _, e := range exhibits {
		shown = append(shown, e.Name)
	}
	assert.ElementsMatch(t, names, shown)
}

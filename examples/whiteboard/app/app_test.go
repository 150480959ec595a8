// app_test.go: the page is whole.

package app

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/examples/site/sitetest"
)

func TestPage(t *testing.T) {
	app, err := New()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, app.Shutdown(context.Background())) })
	sitetest.Page(t, app)
}

// failure_test.go: what is logged of arguments that do not fit.

package namespace_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/enginetest"
	"github.com/everwire/everwire/namespace"
)

// loud has errors that quote all that was sent.
type loud struct{}

func (*loud) UnmarshalJSON(text []byte) error { return fmt.Errorf("not %s", text) }

// Who looks for it finds what did not fit, in a line of bounded length; clients hear its place alone.
func TestMisfitIsLogged(t *testing.T) {
	for _, c := range []struct {
		name  string
		level slog.Level
		sent  string
		says  []string // nil: nothing
	}{
		{"debug", slog.LevelDebug, `{"size":"big"}`, []string{"event=put", "argument=0", "into Go", "size"}},
		{"an error of any length", slog.LevelDebug, `{"data":"` + strings.Repeat("7", 100_000) + `"}`, []string{"event=put", "argument=0", "777"}},
		{"info", slog.LevelInfo, `{"size":"big"}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: c.level}))
				g, err := namespace.NewRegistry(namespace.Config{Logger: logger})
				require.NoError(t, err)
				srv, err := engine.New(engine.Config{Logger: logger}, g, enginetest.Transport)
				require.NoError(t, err)
				g.Main().On("put", func(c *namespace.Ctx) error {
					var box struct {
						Size int  `json:"size"`
						Data loud `json:"data"`
					}
					return c.Bind(&box)
				})
				p := enginetest.Dial(t, srv)
				require.NoError(t, p.Send("40"))
				p.Next()
				require.NoError(t, p.Send(`421["put",`+c.sent+`]`))
				require.Equal(t, `431[{"error":{"code":"bad_request","message":"argument 0 does not fit"}}]`, p.Next())
				synctest.Wait()
				require.Less(t, log.Len(), 500)
				for _, part := range c.says {
					require.Contains(t, log.String(), part)
				}
				require.Equal(t, c.says == nil, log.Len() == 0, log.String())
			})
		})
	}
}

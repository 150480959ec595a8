// failure_test.go: what is logged of arguments that do not fit.

package namespace_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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
		{"warn", slog.LevelWarn, `{"size":"big"}`, []string{"event=put", "argument=0"}},
		{"error", slog.LevelError, `{"size":"big"}`, nil},
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
				require.Less(t, log.Len(), 1000)
				for _, part := range c.says {
					require.Contains(t, log.String(), part)
				}
				require.Equal(t, c.says == nil, log.Len() == 0, log.String())
			})
		})
	}
}

// An event that came to nobody is told of, once a minute.
func TestUnheardEventIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		logger := slog.New(slog.NewTextHandler(&log, nil))
		g, err := namespace.NewRegistry(namespace.Config{Logger: logger})
		require.NoError(t, err)
		srv, err := engine.New(engine.Config{Logger: logger}, g, enginetest.Transport)
		require.NoError(t, err)
		g.Main().On("put", func(c *namespace.Ctx) error { return c.Ack(1) })
		p := enginetest.Dial(t, srv)
		require.NoError(t, p.Send("40"))
		p.Next()
		for i, want := range []int{1, 1, 2} {
			require.NoError(t, p.Send(`42["putt"]`))
			require.NoError(t, p.Send(`421["put"]`)) // which is handled after it
			require.Equal(t, "431[1]", p.Next())
			lines := strings.Count(log.String(), "no handler is for")
			require.Equal(t, want, lines, "%d: %s", i, log.String())
			require.Contains(t, log.String(), "event=putt")
			if i == 1 {
				time.Sleep(minute)
			}
		}
	})
}

// minute is how often a hint is logged at most.
const minute = time.Minute

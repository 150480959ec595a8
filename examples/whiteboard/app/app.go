// Package app is the whiteboard, as an http.Handler: main.go beside this folder runs it as
// a program.
package app

import (
	"context"
	"embed"
	"net/http"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/examples/site"
)

//go:embed web
var web embed.FS

// App is a whiteboard with its page and sessions.
type App struct {
	http.Handler
	srv   *everwire.Server
	guest *guest
	leave context.CancelFunc // has the guest leave
}

// New opens a sheet, which is kept in memory. It is empty until the first page comes: then a guest draws on it.
func New() (*App, error) {
	srv, err := everwire.New(everwire.Config{})
	if err != nil {
		return nil, err
	}
	w := openWhiteboard(srv)
	ctx, leave := context.WithCancel(context.Background())
	w.guest = &guest{w: w, ctx: ctx}
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", site.Breakable(srv)) // without buttons that break connections: srv itself
	mux.Handle("/", site.Pages(site.Web(web)))
	return &App{mux, srv, w.guest, leave}, nil
}

// Shutdown ends the sessions.
func (a *App) Shutdown(ctx context.Context) error {
	defer a.guest.done.Wait()
	a.leave()
	return a.srv.Shutdown(ctx)
}

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
	srv *everwire.Server
}

// New opens an empty sheet, which is kept in memory.
func New() (*App, error) {
	srv, err := everwire.New(everwire.Config{})
	if err != nil {
		return nil, err
	}
	openWhiteboard(srv)
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", site.Breakable(srv)) // without buttons that break connections: srv itself
	mux.Handle("/", site.Pages(site.Web(web)))
	return &App{Handler: mux, srv: srv}, nil
}

// Shutdown ends the sessions.
func (a *App) Shutdown(ctx context.Context) error { return a.srv.Shutdown(ctx) }

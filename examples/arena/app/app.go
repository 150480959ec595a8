// Package app is the arena, as an http.Handler: main.go beside this folder runs it as a
// program.
package app

import (
	"context"
	"embed"
	"math/rand/v2"
	"net/http"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/examples/site"
)

//go:embed web
var web embed.FS

// App is a game with its page and sessions.
type App struct {
	http.Handler
	srv  *everwire.Server
	stop context.CancelFunc
	done chan struct{} // closed when the game has stopped
}

// New begins a game.
func New() (*App, error) {
	srv, err := everwire.New(everwire.Config{})
	if err != nil {
		return nil, err
	}
	a := openArena(srv, newGame(rand.Uint64()))
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", site.Breakable(srv)) // without buttons that break connections: srv itself
	mux.Handle("/", site.Pages(site.Web(web)))

	ctx, stop := context.WithCancel(context.Background())
	app := &App{Handler: mux, srv: srv, stop: stop, done: make(chan struct{})}
	go func() { // ends with Shutdown
		defer close(app.done)
		a.run(ctx)
	}()
	return app, nil
}

// Shutdown stops the game and ends the sessions.
func (a *App) Shutdown(ctx context.Context) error {
	a.stop()
	<-a.done
	return a.srv.Shutdown(ctx)
}

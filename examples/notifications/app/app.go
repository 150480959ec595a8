// Package app is the inbox, as an http.Handler: main.go beside this folder runs it as a
// program.
package app

import (
	"context"
	"embed"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/examples/site"
	"github.com/everwire/everwire/ginmount"
)

//go:embed web
var web embed.FS

// App is an inbox with its pages, sessions and REST endpoints.
type App struct {
	http.Handler
	srv      *everwire.Server
	notifier *notifier
	stop     context.CancelFunc
}

// New opens the inboxes, which are kept in memory.
func New() (*App, error) {
	srv, err := everwire.New(everwire.Config{})
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	n := openNotifier(srv, newDesks(ctx), newTokens())
	n.greeter = &greeter{}
	return &App{Handler: routes(n), srv: srv, notifier: n, stop: stop}, nil
}

func routes(n *notifier) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.Use(gin.Recovery())
	n.rest(router.Group("/api"))
	ginmount.Mount(router, "/socket.io", site.Breakable(n.srv)) // without buttons that break connections: n.srv itself
	router.NoRoute(gin.WrapH(site.Pages(site.Web(web))))
	return router
}

// Shutdown ends the sessions, and then what still waits for an answer.
func (a *App) Shutdown(ctx context.Context) error {
	defer a.notifier.asking.Wait()
	defer a.stop()
	return a.srv.Shutdown(ctx)
}

// Package app is the chat, as an http.Handler: main.go beside this folder runs it as a
// program.
package app

import (
	"context"
	"embed"
	"net/http"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/examples/site"
	"github.com/everwire/everwire/ginmount"
	"github.com/gin-gonic/gin"
)

//go:embed web
var web embed.FS

// App is a chat with its pages and sessions.
type App struct {
	http.Handler
	srv *everwire.Server
}

// New opens the chat.
func New(_ string) (*App, error) {
	srv, err := everwire.New(everwire.Config{})
	if err != nil {
		return nil, err
	}
	openChat(srv, newHouse())

	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.Use(gin.Recovery())
	ginmount.Mount(router, "/socket.io", site.Breakable(srv)) // without buttons that break connections: srv itself
	router.NoRoute(gin.WrapH(site.Pages(site.Web(web))))
	return &App{Handler: router, srv: srv}, nil
}

// Shutdown ends the sessions; their pages come back when there is a chat again.
func (a *App) Shutdown(ctx context.Context) error { return a.srv.Shutdown(ctx) }

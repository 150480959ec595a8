// Package app is the chat, as an http.Handler: main.go beside this folder runs it as a
// program.
package app

import (
	"context"
	"embed"
	"errors"
	"fmt"
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
	srv   *everwire.Server
	store *store
}

// New opens the chat that is kept in a database, which is made if the file is not there.
func New(path string) (*App, error) {
	store, err := openStore(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	rooms, err := store.rooms()
	if err != nil {
		return nil, errors.Join(err, store.close())
	}
	srv, err := everwire.New(everwire.Config{})
	if err != nil {
		return nil, errors.Join(err, store.close())
	}
	openChat(srv, newHouse(rooms), store)

	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.Use(gin.Recovery())
	ginmount.Mount(router, "/socket.io", site.Breakable(srv)) // without buttons that break connections: srv itself
	router.NoRoute(gin.WrapH(site.Pages(site.Web(web))))
	return &App{Handler: router, srv: srv, store: store}, nil
}

// Shutdown ends the sessions, and then closes the database. The pages come back when there
// is a chat again.
func (a *App) Shutdown(ctx context.Context) error {
	return errors.Join(a.srv.Shutdown(ctx), a.store.close())
}

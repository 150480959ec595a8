// Command chat is a small real-time chat: rooms, people, history, typing
// notes and delivery ticks over one Socket.IO connection per page.
package main

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/ginmount"
	"github.com/gin-gonic/gin"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "chat:", err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if _, err := os.Stat(client); err != nil {
		return fmt.Errorf("%w\nThe page needs the client: run `npm ci` in the folder examples, and start the chat there", err)
	}
	srv, err := everwire.New(everwire.Config{})
	if err != nil {
		return err
	}
	openChat(srv, newHouse())

	ln, err := net.Listen("tcp", net.JoinHostPort(os.Getenv("HOST"), cmp.Or(os.Getenv("PORT"), "3000")))
	if err != nil {
		return err
	}
	site := &http.Server{Handler: newRouter(srv), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- site.Serve(ln) }() // run's own: it ends when run shuts the site down
	fmt.Printf("Chat: http://localhost:%d/\n", ln.Addr().(*net.TCPAddr).Port)

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop() // a second signal ends the program at once
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	// The sessions first: the site's Shutdown would wait for their open requests.
	return errors.Join(srv.Shutdown(ctx), site.Shutdown(ctx))
}

// client is the official client as npm installs it.
const client = "node_modules/socket.io-client/dist/socket.io.min.js"

//go:embed web
var web embed.FS

// newRouter serves the page, its parts, and the connections to srv.
func newRouter(srv *everwire.Server) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.Use(gin.Recovery())
	ginmount.Mount(r, "/socket.io", srv)

	files, err := fs.Sub(web, "web")
	if err != nil {
		panic(err) // the name is wrong
	}
	r.Group("/", pageHeaders).StaticFile("/client/socket.io.min.js", client)
	r.NoRoute(pageHeaders, gin.WrapH(http.FileServerFS(files)))
	return r
}

// pageHeaders keeps everything foreign out of the page, and old copies of it out
// of use.
func pageHeaders(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy",
		"default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
}

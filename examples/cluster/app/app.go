// Package app is the cluster, as an http.Handler: main.go beside this folder runs it as a
// program.
package app

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"net/http"
	"os"

	clientjs "github.com/everwire/everwire/client-js"
	"github.com/everwire/everwire/examples/site"
)

//go:embed web
var web embed.FS

// App is three nodes, each a process, and what stands before them: the proxy, the page,
// and the buttons that kill nodes and start them again.
type App struct {
	http.Handler
	fleet   *fleet
	proxy   *proxy
	changed chan struct{}
	stop    context.CancelFunc
	done    chan struct{} // closed when watch has ended
}

// New starts the nodes, and returns when they are up. They are linked by NATS, which runs
// within them, or by the Redis that REDIS_URL names. The program calls ServeIfNode first.
func New() (*App, error) {
	ctx, stop := context.WithCancel(context.Background())
	app := &App{changed: make(chan struct{}, 1), stop: stop, done: make(chan struct{})}
	app.fleet = newFleet(rand.Text(), os.Getenv("REDIS_URL"), app.change)
	app.proxy = &proxy{fleet: app.fleet}

	app.Handler = app.routes()
	go func() { // ends with Shutdown
		defer close(app.done)
		app.watch(ctx)
	}()
	if err := app.startAll(); err != nil {
		return nil, errors.Join(err, app.Shutdown(context.Background()))
	}
	return app, nil
}

func (a *App) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", site.Breakable(a.proxy)) // without buttons that break connections: the proxy itself
	for _, file := range clientjs.Names() {
		mux.Handle("GET /socket.io/"+file, clientjs.Handler()) // also while no node is up
	}
	mux.HandleFunc("GET /nodes", a.nodes)
	mux.HandleFunc("POST /nodes/{name}/{do}", a.act)
	mux.Handle("/", site.Pages(site.Web(web)))
	return http.NewCrossOriginProtection().Handler(mux)
}

// startAll starts the first node, and then the others, which connect to it.
func (a *App) startAll() error {
	for _, names := range [][]string{{"A"}, {"B", "C"}} {
		var all []<-chan error
		for _, name := range names {
			ready, err := a.fleet.start(name)
			if err != nil {
				return err
			}
			all = append(all, ready)
		}
		for _, ready := range all {
			if err := <-ready; err != nil {
				return err
			}
		}
	}
	return nil
}

// Shutdown ends the nodes with their sessions.
func (a *App) Shutdown(ctx context.Context) error {
	a.stop()
	<-a.done
	return a.fleet.shutdown(ctx)
}

// act kills a node or starts it. The answer is what there is then.
func (a *App) act(w http.ResponseWriter, r *http.Request) {
	err := errUnknown
	switch r.PathValue("do") {
	case "kill":
		err = a.fleet.kill(r.PathValue("name"))
	case "start":
		_, err = a.fleet.start(r.PathValue("name"))
	}
	switch {
	case errors.Is(err, errUnknown):
		http.Error(w, err.Error(), http.StatusNotFound)
	case errors.Is(err, errState):
		http.Error(w, err.Error(), http.StatusConflict)
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	default:
		a.nodes(w, r)
	}
}

// nodes answers what there is: for pages whose connection is away.
func (a *App) nodes(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(a.state()) // what fails is the connection
}

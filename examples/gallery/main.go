// Command gallery runs all examples in one process, on one port, and a page that
// leads to them.
package main

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"os"

	arena "github.com/everwire/everwire/examples/arena/app"
	chat "github.com/everwire/everwire/examples/chat/app"
	notifications "github.com/everwire/everwire/examples/notifications/app"
	"github.com/everwire/everwire/examples/site"
	ticker "github.com/everwire/everwire/examples/ticker/app"
	whiteboard "github.com/everwire/everwire/examples/whiteboard/app"
)

// An exhibit is an example with its card. Its picture is web/NAME-light.jpg and
// web/NAME-dark.jpg.
type exhibit struct {
	Name  string // its path, and its folder in examples
	Title string
	Line  string   // what it is
	Shows []string // of the library
	open  func() (site.App, error)
}

var exhibits = []exhibit{
	{
		Name: "chat", Title: "Chat", Line: "Rooms, people, typing notes and ticks. A restart loses nothing.",
		Shows: []string{"typed events", "acks", "rooms", "old browsers"},
		open:  func() (site.App, error) { return chat.New(cmp.Or(os.Getenv("CHAT_DB"), "chat.db")) },
	},
	{
		Name: "ticker", Title: "Ticker", Line: "A thousand live prices. A slow page gets fewer of them, never old ones.",
		Shows: []string{"latest value wins", "rooms of what is visible", "canvas"},
		open:  func() (site.App, error) { return ticker.New() },
	},
	{
		Name: "notifications", Title: "Notifications", Line: "Sent over REST, read on any page, and the sender sees when.",
		Shows: []string{"login with a token", "acks as receipts", "a room for each user", "Gin"},
		open:  func() (site.App, error) { return notifications.New() },
	},
	{
		Name: "whiteboard", Title: "Whiteboard", Line: "Draw together, and see each other's hands. Late joiners have it all.",
		Shows: []string{"state for late joiners", "live cursors", "safe to send again"},
		open:  func() (site.App, error) { return whiteboard.New() },
	},
	{
		Name: "arena", Title: "Arena", Line: "A game of boats and lights, with thirty updates a second.",
		Shows: []string{"binary", "volatile frames", "scores without gap"},
		open:  func() (site.App, error) { return arena.New() },
	},
}

func main() { site.Run("Gallery", open) }

// gallery is an App of Apps.
type gallery struct {
	http.Handler
	apps []site.App
}

func open() (site.App, error) {
	mux := http.NewServeMux()
	g := &gallery{Handler: mux}
	for _, e := range exhibits {
		app, err := e.open()
		if err != nil {
			return nil, errors.Join(err, g.Shutdown(context.Background()))
		}
		g.apps = append(g.apps, app)
		mux.Handle("/"+e.Name+"/", http.StripPrefix("/"+e.Name, app))
	}
	mux.Handle("/{$}", site.Guard(http.HandlerFunc(front)))
	mux.Handle("/", site.Pages(site.Web(web)))
	return g, nil
}

// Shutdown shuts all examples down, each whatever becomes of the others.
func (g *gallery) Shutdown(ctx context.Context) error {
	var all error
	for _, app := range g.apps {
		all = errors.Join(all, app.Shutdown(ctx))
	}
	return all
}

//go:embed web
var web embed.FS

//go:embed front.html
var frontHTML string

var frontPage = template.Must(template.New("front").Parse(frontHTML))

// front is the page with the cards.
func front(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = frontPage.Execute(w, exhibits) // what fails is the connection
}

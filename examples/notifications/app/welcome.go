// welcome.go: who writes to everybody who comes for the first time, so that nobody finds an empty inbox. An inbox of your
// own does without.

package app

import (
	"strings"
	"sync"
)

// greeter knows who has been welcomed. Its zero value welcomes everybody once.
type greeter struct {
	mu  sync.Mutex // guards what follows
	met map[string]bool
}

func (g *greeter) first(id string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.met == nil {
		g.met = map[string]bool{}
	}
	known := g.met[id]
	g.met[id] = true
	return !known
}

// welcome sends a notification to a person who has just come, if it is the first time. It comes from the one before them in the team.
func (n *notifier) welcome(id string) {
	if n.greeter == nil || !n.greeter.first(id) {
		return
	}
	at := find(id)
	host := team[(at+len(team)-1)%len(team)]
	first, _, _ := strings.Cut(team[at].Name, " ")
	n.send(host.ID, Draft{
		To: []string{id}, Kind: "mention", Title: "Welcome, " + first,
		Text: "Mark this as read, and whoever sent it knows when and where. Then log in as somebody else in a second window.",
	})
}

// notifier.go: who is asked, and who is told.

package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/namespace/sio"
)

// notifier brings notifications to pages, and what the pages answer to those who wait
// for it.
type notifier struct {
	srv    *everwire.Server
	desks  *desks
	tokens *tokens
	asking sync.WaitGroup

	greeter *greeter // nil: nobody is welcomed
}

func openNotifier(srv *everwire.Server, d *desks, t *tokens) *notifier {
	n := &notifier{srv: srv, desks: d, tokens: t}
	srv.Auth(n.auth)
	srv.OnConnect(n.connect)
	srv.OnDisconnect(n.disconnect)
	return n
}

// auth lets in who has a token. The socket is disconnected when the token expires.
func (n *notifier) auth(_ context.Context, h *everwire.Handshake) (*everwire.Identity, error) {
	var hello Hello
	if err := h.Auth(&hello); err != nil {
		return nil, err
	}
	return n.tokens.check(hello.Token)
}

// pagesOf names the room of all pages of a person.
func pagesOf(id string) string { return "user:" + id }

func (n *notifier) connect(c *everwire.Ctx) error {
	s, id := c.Socket(), c.Socket().Identity().ID
	pages := n.desks.enter(id)
	if pages > maxPages {
		return fmt.Errorf("%s has %d pages open", id, maxPages)
	}
	if err := s.Join(pagesOf(id)); err != nil {
		return err
	}
	// Only now, so that nothing is sent in between. What comes twice has an id.
	desk, unread := n.desks.view(id)
	if err := Opening.Emit(s, desk); err != nil {
		return err
	}
	for _, u := range unread {
		n.ask(s, u)
	}
	n.welcome(id)
	if pages == 1 {
		return Here.Emit(s.Broadcast(), n.desks.person(id))
	}
	return nil
}

// disconnect is called for each page that connect was called for.
func (n *notifier) disconnect(c *everwire.Ctx, why everwire.Reason) {
	id := c.Socket().Identity().ID
	if n.desks.exit(id) == 0 && why != everwire.ShuttingDown { // then there is nobody to tell
		n.report(Here.Emit(n.srv, n.desks.person(id)))
	}
}

// send keeps a draft and brings it to the pages of each receiver. It does not wait for
// them.
func (n *notifier) send(from string, draft Draft) []Notification {
	var all []Notification
	for _, added := range n.desks.add(from, draft) {
		all = append(all, added.Notification)
		n.report(Sent.Emit(n.srv.To(pagesOf(from)), added.Notification))
		n.ask(n.srv.To(pagesOf(added.To)), added)
	}
	return all
}

// ask puts the question to one page or several, and waits for the first answer in a
// goroutine, which ends with what is open, or when no page is left. Two questions may
// overtake each other: pages order them by id.
func (n *notifier) ask(pages sio.Caller, what *note) {
	n.asking.Go(func() {
		for receipt, err := range Notify.CallAll(what.open, pages, what.Notification) {
			if err != nil {
				continue // that page has gone, and asks for what is unread when it comes back
			}
			n.read(what, receipt)
			return
		}
	})
}

// read tells both sides of the first receipt.
func (n *notifier) read(what *note, r Receipt) {
	if r.On != "phone" {
		r.On = "computer"
	}
	if done, news := n.desks.read(what, r.On); news {
		n.report(Read.Emit(n.srv.To(pagesOf(done.From), pagesOf(done.To)), done))
	}
}

func (n *notifier) report(err error) {
	if err != nil {
		slog.Error("notifications: not told", "error", err)
	}
}

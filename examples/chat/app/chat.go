// chat.go: what happens on each event, and who is told.

package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"strings"

	"github.com/everwire/everwire"
)

// chat holds the handlers: each asks the house or the store what happens and tells
// the pages concerned.
type chat struct {
	srv   *everwire.Server
	house *house
	store *store
}

// openChat lets people into the house through a server.
func openChat(srv *everwire.Server, h *house, s *store) {
	c := &chat{srv, h, s}
	srv.Auth(c.auth)
	srv.OnConnect(c.connect)
	srv.OnDisconnect(c.disconnect)
	everwire.Handle(srv, JoinRoom, c.join)
	everwire.Handle(srv, PostMessage, c.post)
	everwire.Handle(srv, ChangeName, c.rename)
	everwire.On(srv, LeaveRoom, c.leave)
	everwire.On(srv, Received, c.received)
	everwire.On(srv, Typing, c.typing)
}

// auth lets a page in. Its error reaches the page as connect_error.
func (c *chat) auth(_ context.Context, h *everwire.Handshake) (*everwire.Identity, error) {
	var hello Hello
	if err := h.Auth(&hello); err != nil || len(hello.Key) < 16 || len(hello.Key) > maxKey {
		return nil, refusal("hello_invalid", "This page does not introduce itself. Please reload it.")
	}
	id := publicID(hello.Key)
	if err := c.house.claim(id, hello.Name); err != nil {
		return nil, err
	}
	return &everwire.Identity{ID: id}, nil
}

func (c *chat) connect(ctx *everwire.Ctx) error {
	s := ctx.Socket()
	you := c.house.enter(who(ctx), s.ID())
	return Welcome.Emit(s, Lobby{You: you, Rooms: c.house.list()})
}

func (c *chat) disconnect(ctx *everwire.Ctx, why everwire.Reason) {
	if why == everwire.ShuttingDown {
		return // everyone goes: there is nobody to tell
	}
	s := ctx.Socket()
	var rooms []string
	for _, r := range s.Rooms() {
		rooms = append(rooms, strings.TrimPrefix(r, roomPrefix))
	}
	c.tell(c.house.leave(s.ID(), rooms...))
	c.house.exit(who(ctx), s.ID())
}

func (c *chat) join(ctx *everwire.Ctx, in RoomRef) (RoomView, error) {
	s := ctx.Socket()
	name, changes, err := c.house.join(in.Room, s.ID(), who(ctx))
	if err != nil {
		return RoomView{}, err
	}
	if err := s.Join(audience(name)); err != nil {
		c.house.leave(s.ID(), name)
		return RoomView{}, err
	}
	c.tell(changes)
	view := c.house.view(name)
	if err := c.store.addRoom(view.Room); err != nil {
		return view, err
	}
	// Only now, so that no message falls in between: what is posted from
	// here on reaches the page as an event. The page knows by the id what
	// it gets twice.
	view.Messages, err = c.store.messages(name, showHistory)
	return view, err
}

func (c *chat) leave(ctx *everwire.Ctx, in RoomRef) error {
	s := ctx.Socket()
	if err := s.Leave(audience(in.Room)); err != nil {
		return err
	}
	c.tell(c.house.leave(s.ID(), in.Room))
	return nil
}

func (c *chat) post(ctx *everwire.Ctx, d Draft) (Message, error) {
	if err := mustBeIn(ctx, d.Room); err != nil {
		return Message{}, err
	}
	m, err := c.house.compose(d, who(ctx))
	if err != nil {
		return m, err
	}
	m, news, err := c.store.addMessage(m)
	if err == nil && news {
		err = Posted.Emit(ctx.Socket().To(audience(d.Room)), m)
	}
	return m, err
}

func (c *chat) received(ctx *everwire.Ctx, in UpTo) error {
	if err := mustBeIn(ctx, in.Room); err != nil {
		return err
	}
	ids, err := c.store.deliver(in.Room, who(ctx), in.ID)
	if err != nil || len(ids) == 0 {
		return err
	}
	return Delivered.Emit(c.srv.To(audience(in.Room)), Ticks{Room: in.Room, IDs: ids})
}

func (c *chat) typing(ctx *everwire.Ctx, in TypingIn) error {
	if err := mustBeIn(ctx, in.Room); err != nil {
		return err
	}
	in.Who = c.house.person(who(ctx))
	return Typing.Emit(ctx.Socket().To(audience(in.Room)), in)
}

func (c *chat) rename(ctx *everwire.Ctx, in NewName) (Person, error) {
	you, changes, err := c.house.rename(who(ctx), in.Name)
	c.tell(changes)
	return you, err
}

// tell spreads changes: the count to everyone, the list of people to those in
// the room.
func (c *chat) tell(changes []change) {
	for _, ch := range changes {
		err := errors.Join(
			RoomChanged.Emit(c.srv, ch.room),
			PeopleChanged.Emit(c.srv.To(audience(ch.room.Name)), ch.people),
		)
		if err != nil {
			slog.Error("chat: a change was not told", "room", ch.room.Name, "error", err)
		}
	}
}

// roomPrefix keeps the names that people choose apart from the ids of
// sockets, each of which is a room of its own.
const roomPrefix = "room:"

// audience names the sockets that hear a room.
func audience(room string) string { return roomPrefix + room }

func mustBeIn(ctx *everwire.Ctx, room string) error {
	if !ctx.Socket().In(audience(room)) {
		return refusal("not_member", "You are not in this room.")
	}
	return nil
}

// who returns the id that auth gave the page's person.
func who(ctx *everwire.Ctx) string { return ctx.Socket().Identity().ID }

// publicID makes of a browser's secret what others may know: always the same,
// and of no use to impersonate its owner.
func publicID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:8])
}

// events.go: all that travels between a page and the server.

package app

import "github.com/everwire/everwire"

// This file is the protocol of the chat: every event that travels between a
// page and the server, and the type of what it carries. A page opens with a
// [Hello] and hears [Welcome]; from there on it joins rooms and talks.
//
// events.ts is the same for pages in TypeScript, written by
//
//go:generate go run github.com/everwire/everwire/gen -o events.ts .

// What a page asks. The answer comes as the ack; a refusal is an ack with
// {"error": {"code", "message"}}.
const (
	JoinRoom    = everwire.RPC[RoomRef, RoomView]("room:join") // opens the room if it is new
	PostMessage = everwire.RPC[Draft, Message]("message:post")
	ChangeName  = everwire.RPC[NewName, Person]("name:change")
)

// What a page tells.
const (
	LeaveRoom = everwire.Event[RoomRef]("room:leave")
	Received  = everwire.Event[UpTo]("message:received") // all messages up to this one have reached the page
)

// What the server tells.
const (
	Welcome       = everwire.Event[Lobby]("welcome")        // to a page that has just connected
	RoomChanged   = everwire.Event[Room]("room")            // to everyone
	PeopleChanged = everwire.Event[People]("people")        // to the people in the room, like all below
	Posted        = everwire.Event[Message]("message")      // the author's own page has the answer of PostMessage instead
	Delivered     = everwire.Event[Ticks]("message:ticks")  // messages that have now reached somebody else's page
	Typing        = everwire.Event[TypingIn]("room:typing") // both ways; it says nothing after a few seconds
)

// Hello is what a page sends to be let in, in the auth object of its client.
type Hello struct {
	Name string `json:"name"`
	Key  string `json:"key"` // a random secret that the browser keeps: whoever has it is the same person
}

// A Person is known to others by a name, which may change, and an id, which
// does not.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Lobby is what a page needs to know first.
type Lobby struct {
	You   Person `json:"you"`
	Rooms []Room `json:"rooms"` //everwire:notnull
}

// A Room as seen from outside. Rev grows with every change: of two, the one
// with the higher Rev is true, in whatever order they arrive.
type Room struct {
	Name  string `json:"name"`
	About string `json:"about"`
	Count int    `json:"count"` // people in it
	Rev   int64  `json:"rev"`
}

// People are those who are in a room now.
type People struct {
	Room string   `json:"room"`
	Here []Person `json:"here"`           //everwire:notnull
	Line string   `json:"line,omitempty"` // what happened: "Ann joined"
	Rev  int64    `json:"rev"`
}

// RoomView is a room as seen from inside.
type RoomView struct {
	Room   Room   `json:"room"`
	People People `json:"people"`
	//everwire:notnull
	Messages []Message `json:"messages"` // the last ones, oldest first
}

// A Draft is a message on its way to the server. A page that got no answer
// sends it again under the same key, and it is posted once.
type Draft struct {
	Room string `json:"room"`
	Key  string `json:"key"`
	Text string `json:"text"`
}

// A Message is what was said. Its ID is the time in microseconds, made unique: messages
// sort by it.
type Message struct {
	ID        int64  `json:"id"`
	Room      string `json:"room"`
	Key       string `json:"key"` // of the draft
	From      Person `json:"from"`
	Text      string `json:"text"`
	Delivered bool   `json:"delivered"`
}

// RoomRef names a room.
type RoomRef struct {
	Room string `json:"room"`
}

// NewName asks for another name.
type NewName struct {
	Name string `json:"name"`
}

// UpTo is a place in a room's conversation.
type UpTo struct {
	Room string `json:"room"`
	ID   int64  `json:"id"`
}

// Ticks are messages that get their second tick.
type Ticks struct {
	Room string  `json:"room"`
	IDs  []int64 `json:"ids"` //everwire:notnull
}

// TypingIn says that somebody is writing. The server fills in who.
type TypingIn struct {
	Room string `json:"room"`
	Who  Person `json:"who,omitzero"`
}

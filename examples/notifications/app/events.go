// events.go: all that travels between a page and the server.

package app

import "github.com/everwire/everwire"

// Notify asks all pages of a person at once, and stays open until somebody has read it: the
// acknowledgement is the read receipt. A page that connects later is asked what is still
// unread.
const Notify = everwire.RPC[Notification, Receipt]("notify")

// What the server tells.
const (
	Opening = everwire.Event[Desk]("desk")         // to a page that has just connected
	Sent    = everwire.Event[Notification]("sent") // to the pages of who sent it
	Read    = everwire.Event[Notification]("read") // to the pages of both
	Here    = everwire.Event[Person]("here")       // somebody's first page came, or the last one went
)

// Hello is what a page sends to be let in, in the auth object of its client: the token
// that it got from POST api/login.
type Hello struct {
	Token string `json:"token"`
}

// A Person is one of the team.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
	Here bool   `json:"here"` // has a page open
}

// A Desk is what a page begins with. What is unread is not among it: of that the page is
// asked.
type Desk struct {
	You    string         `json:"you"`
	People []Person       `json:"people"`
	Read   []Notification `json:"read"` // newest first
	Sent   []Notification `json:"sent"` // newest first
}

// A Notification is for one person.
type Notification struct {
	ID     int64  `json:"id"` // grows
	From   string `json:"from"`
	To     string `json:"to"`
	Kind   string `json:"kind"` // review, deploy, alert or mention
	Title  string `json:"title"`
	Text   string `json:"text,omitempty"`
	Time   int64  `json:"time"`             // milliseconds of the server's clock
	ReadAt int64  `json:"readAt,omitempty"` // 0: not yet
	ReadOn string `json:"readOn,omitempty"` // "phone" or "computer"
}

// A Receipt is what a page answers once a notification is read.
type Receipt struct {
	On string `json:"on"` // "phone" or "computer"
}

// Login asks for a token. An application of yours would ask for more than a name.
type Login struct {
	User string `json:"user"`
}

// Grant answers a login.
type Grant struct {
	Token   string `json:"token"`
	Expires int64  `json:"expires"` // milliseconds
}

// A Draft is what POST api/notifications takes; its answer has one [Notification] for each
// person.
type Draft struct {
	To    []string `json:"to"`
	Kind  string   `json:"kind"`
	Title string   `json:"title"`
	Text  string   `json:"text"`
}

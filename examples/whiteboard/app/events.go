// events.go: all that travels between a page and the server.

package app

import "github.com/everwire/everwire"

// What a page asks. Both are safe to ask again: a page that got no answer does.
const (
	Draw  = everwire.RPC[Stroke, Have]("draw")      // a piece of a stroke, while the hand still moves
	Erase = everwire.RPC[Strokes, Strokes]("erase") // the answer names those that were there
)

// Renamed tells how somebody wants to be called, and Moved where a hand is: both ways.
const (
	Renamed = everwire.Event[Person]("name")
	Moved   = everwire.Event[Hand]("hand")
)

// What the server tells.
const (
	Opening = everwire.Event[Sheet]("sheet")    // to a page that has just connected
	Drawn   = everwire.Event[Stroke]("drawn")   // a piece, to all others
	Erased  = everwire.Event[Strokes]("erased") // to all others
	Here    = everwire.Event[People]("people")  // who is here now
)

// The sheet's size, in its own units: pages scale it to their screens.
const (
	Width  = 6400
	Height = 4000
)

// Hello is what a page sends along when it connects.
type Hello struct {
	Key  string `json:"key"` // a random secret of the page: who has it goes on with its strokes
	Name string `json:"name"`
}

// A Person is a page with a name. Its ID is that of its socket.
type Person struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Colour int    `json:"colour"`
}

// People are all who are here. The list with the higher Rev is true.
type People struct {
	Here []Person `json:"here"`
	Rev  int64    `json:"rev"`
}

// A Stroke is a line, or a piece of it: its points from a place on. Pieces that come twice,
// or overlap, are harmless.
type Stroke struct {
	ID     string `json:"id"`          // random, made by the page that draws it
	N      int64  `json:"n,omitempty"` // of two strokes the one with the higher number is on top; the server fills it in
	Pen    string `json:"pen"`         // "pen" or "marker"
	Colour int    `json:"colour"`
	From   int    `json:"from"`   // points that are before these
	Points []int  `json:"points"` // x, y, x, y, …
}

// Have says how much of a stroke the sheet has.
type Have struct {
	N      int64 `json:"n"`
	Points int   `json:"points"`
}

// Strokes names some.
type Strokes struct {
	IDs []string `json:"ids"`
}

// A Sheet is all that a late joiner needs.
type Sheet struct {
	You     string   `json:"you"`
	People  People   `json:"people"`
	Strokes []Stroke `json:"strokes"` // the lowest first
}

// A Hand is where somebody points; beyond the sheet if nowhere.
type Hand struct {
	Who string `json:"who,omitempty"` // the server fills it in
	X   int    `json:"x"`
	Y   int    `json:"y"`
}

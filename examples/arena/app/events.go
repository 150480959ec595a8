// events.go: all that travels between a page and the server.

package app

import "github.com/everwire/everwire"

// What is out of date a moment later travels as bytes, and volatile: who cannot take it
// at once goes without, and gets the next.
const (
	// Frame is where everything is now, thirty times a second, see frame.go.
	Frame = everwire.Event[[]byte]("frame")
	// Steer is where a page wants to go: a direction, in parts of 256 of a full turn
	// clockwise from the right, and a power from 0 to 255. Pages repeat it.
	Steer = everwire.Event[[]byte]("steer")
)

// What counts travels in the usual way: once, in order, through every cut.
const (
	Opening = everwire.Event[Welcome]("welcome") // to a page that has just connected
	Joined  = everwire.Event[Crew]("crew")       // somebody came, went, or has another name
	Scored  = everwire.Event[Score]("score")
	Renamed = everwire.Event[Name]("name") // from a page
)

// Hello is what a page sends along when it connects.
type Hello struct {
	Name string `json:"name"`
}

// A Name is how a player wants to be called.
type Name struct {
	Name string `json:"name"`
}

// Welcome is what a page begins with.
type Welcome struct {
	You   int  `json:"you"` // the slot of this page's boat; -1: all are taken, and it looks on
	Crew  Crew `json:"crew"`
	Goal  int  `json:"goal"`  // lights that win a round
	Scene int  `json:"scene"` // the diameter of the pond
	Rate  int  `json:"rate"`  // frames a second
}

// A Crew is all boats. Of two, the one with the higher Rev is true.
type Crew struct {
	Boats []Boat `json:"boats"`
	Rev   int64  `json:"rev"`
	N     int64  `json:"n"` // the last score that is in it
}

// A Boat is somebody's, or sails by itself.
type Boat struct {
	Slot  int    `json:"slot"` // its number in frames, and its colour
	Name  string `json:"name"`
	Bot   bool   `json:"bot,omitempty"`
	Score int    `json:"score"`
}

// A Score is a change of the score. Its numbers have no gap: a page sees that it misses
// none.
type Score struct {
	N    int64 `json:"n"`
	Slot int   `json:"slot"`
	Now  int   `json:"now"`            // lights of that boat
	From *int  `json:"from,omitempty"` // the slot of the boat that was rammed
	Left int   `json:"left,omitempty"` // lights of that one
	Won  bool  `json:"won,omitempty"`  // the round: all scores are 0 again
}

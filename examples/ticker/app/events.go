// events.go: all that travels between a page and the server.

package app

import "github.com/everwire/everwire"

const (
	// Watch says what is on the screen now, and is answered with the charts so far. A page
	// gets the ticks of what it watches, and no others.
	Watch = everwire.RPC[View, Charts]("watch")

	Opening = everwire.Event[Board]("board") // to a page that has just connected
	Ticked  = everwire.Event[Tick]("tick")
	Scored  = everwire.Event[Match]("match") // to everybody
)

// A Board is what is traded and played.
type Board struct {
	Instruments []Instrument `json:"instruments"`
	Matches     []Match      `json:"matches"`
}

// An Instrument is what has a price. Its ID is its place on the board.
type Instrument struct {
	Symbol string `json:"symbol"`
	Name   string `json:"name"`
	Sector string `json:"sector"`
}

// A View is what a page shows.
type View struct {
	IDs  []int `json:"ids"`
	Past int   `json:"past,omitempty"` // how many prices of each shall be in the answer
	// Every asks for each single tick. Otherwise a tick that still waits for a slow page is
	// replaced by the next one of its instrument.
	Every bool `json:"every,omitempty"`
}

// Charts are what a page begins with.
type Charts struct {
	Charts []Chart `json:"charts"`
}

// A Chart is the past of an instrument.
type Chart struct {
	ID   int     `json:"i"`
	N    int64   `json:"n"`    // of the last tick
	Open int64   `json:"open"` // price in cents when the day began
	Past []int64 `json:"past"` // the last prices, oldest first, as many as were asked for
}

// A Tick is a price. Its names are short because it is sent thousands of times.
type Tick struct {
	ID    int   `json:"i"`
	N     int64 `json:"n"` // of this instrument's ticks: a page sees what it was spared
	Price int64 `json:"p"` // in cents
	Time  int64 `json:"t"` // in milliseconds of the server's clock
}

// A Match is a score.
type Match struct {
	ID     int    `json:"id"`
	Home   string `json:"home"`
	Away   string `json:"away"`
	Goals  [2]int `json:"goals"`
	Minute int    `json:"minute"`
}

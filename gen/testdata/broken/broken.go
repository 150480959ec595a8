// Package broken declares what cannot be expressed.
package broken

import (
	"github.com/everwire/everwire"
	"github.com/everwire/everwire/event"
)

var name = "x"

// Events.
const (
	Channel  = everwire.Event[chan int]("channel")
	Fields   = everwire.RPC0[fields]("fields")
	Selfish  = everwire.Event[selfish]("selfish")
	Twice    = everwire.Event[int]("twice")
	TwiceToo = everwire.Event[string]("twice")
	Word     = everwire.Event0("word")    //everwire:direction server
	Side     = everwire.Event0("side")    //everwire:to everyone
	NoType   = everwire.Event[int]("int") //everwire:ts
)

// NotConstant has no name before the program runs.
var NotConstant = event.Event0(name)

// Unset has none at all.
var Unset event.Event[int]

type fields struct {
	Complex complex128
	Func    func()        `json:"f"`
	Keys    map[bool]int  `json:"keys"`
	Structs map[point]int `json:"structs"`
	Quoted  []int         `json:",string"`
	Never   int           //everwire:notnull
	Inline  struct{ C chan int }
	Fine    chan int //everwire:ts never
}

type point struct{ X, Y int }

type selfish *selfish

func generic[T any](r everwire.Receiver) {
	everwire.On(r, everwire.Event[T]("generic"), func(*everwire.Ctx, T) error { return nil })
}

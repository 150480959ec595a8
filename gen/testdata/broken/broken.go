// Package broken declares what cannot be expressed.
package broken

import (
	"sync"

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
	Tag     int   `json:"a\"b"`
	Comma   int   `json:"-,"`
	Space   int   `json:"a, omitempty"`
	Format  []int `json:"format,format:emitempty"`
	Same    int   `json:"same"`
	SameToo int   `json:"same"`
	Hidden  hidden
	Spelt   int `json:"spelt,omitEmpty"`
	private int `json:"private"`
	Text
	Options `json:",omitempty"`
	Writer
	*Other
	concealed
	sync.Mutex
	Map  map[string]int `json:",embed"`
	Fine chan int       //everwire:ts never
}

// Text is no struct.
type Text string

// Options is a struct.
type Options struct{ Option int }

// Writer writes itself, as does Other.
type Writer struct{}

// MarshalText implements encoding.TextMarshaler.
func (Writer) MarshalText() ([]byte, error) { return nil, nil }

// Other writes itself too, so that a struct with both does not.
type Other struct{}

// MarshalText implements encoding.TextMarshaler.
func (Other) MarshalText() ([]byte, error) { return nil, nil }

// MarshalJSON has a name that says more than it does.
func (fields) MarshalJSON(int) {}

type concealed struct{ b int }

type hidden struct{ a int }

type point struct{ X, Y int }

type selfish *selfish

func generic[T any](r everwire.Receiver) {
	everwire.On(r, everwire.Event[T]("generic"), func(*everwire.Ctx, T) error { return nil })
}

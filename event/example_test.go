// example_test.go: sending typed events to something that only prints them.

package event_test

import (
	"context"
	"fmt"
	"iter"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/event"
	"github.com/everwire/everwire/namespace/sio"
)

// Point is the payload of the examples.
type Point struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// printer stands for a socket, rooms, or a server: it prints the packets.
type printer struct{}

func (printer) EmitEvent(e sio.Emission) error {
	packets, err := sio.JSON{}.Encode(nil, sio.Header{Type: sio.Event, Event: e.Event}, e.Args...)
	for _, p := range packets {
		fmt.Printf("%s\n", p.Data)
	}
	return err
}

// Ask answers every call with the number 5.
func (p printer) Ask(_ context.Context, e sio.Emission) iter.Seq2[sio.Body, error] {
	return func(yield func(sio.Body, error) bool) {
		if err := p.EmitEvent(e); err != nil {
			yield(nil, err)
			return
		}
		pkt, _, err := sio.JSON{}.NewDecoder().Decode(eio.Text([]byte("30[5]")))
		yield(pkt.Body, err)
	}
}

func ExampleEvent_Emit() {
	const Moved = event.Event[Point]("moved")

	if err := Moved.Emit(printer{}, Point{X: 3, Y: 4}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 2["moved",{"x":3,"y":4}]
}

func ExampleRPC_Call() {
	const Distance = event.RPC[Point, int]("distance")

	d, err := Distance.Call(context.Background(), printer{}, Point{X: 3, Y: 4})
	fmt.Println(d, err)
	// Output:
	// 2["distance",{"x":3,"y":4}]
	// 5 <nil>
}

func ExampleEvent2_Emit() {
	const Dragged = event.Event2[Point, Point]("dragged") // from, to

	if err := Dragged.Emit(printer{}, Point{X: 3, Y: 4}, Point{X: 5, Y: 4}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 2["dragged",{"x":3,"y":4},{"x":5,"y":4}]
}

// Everyone is asked, and answers count as they come.
func ExampleRPC0_CallAll() {
	const Ready = event.RPC0[int]("ready")

	for players, err := range Ready.CallAll(context.Background(), printer{}) {
		fmt.Println(players, err)
	}
	// Output:
	// 2["ready"]
	// 5 <nil>
}

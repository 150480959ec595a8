// example_test.go: two namespaces of one name that hear of each other.

package memory_test

import (
	"context"
	"fmt"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/memory"
	"github.com/everwire/everwire/namespace/sio"
)

// printer stands for a namespace of a server.
type printer string

func (p printer) Apply(_ context.Context, op *adapter.Op, _ func(adapter.Answer) error) error {
	fmt.Printf("%s: %s to %v\n", p, op.Event.Event, op.Rooms)
	return nil
}

// Servers that get the same Hub as Config.Adapter form a cluster. This is what they
// do with it.
func ExampleHub() {
	var hub memory.Hub
	one, _ := hub.Open("/", printer("one"))
	two, _ := hub.Open("/", printer("two"))

	op := &adapter.Op{Rooms: []string{"red"}, Event: sio.Emission{Event: "news"}}
	if err := one.Publish(context.Background(), op); err != nil {
		fmt.Println(err)
	}
	two.Close()
	if err := one.Publish(context.Background(), op); err != nil {
		fmt.Println(err)
	}
	// Output:
	// two: news to [red]
}

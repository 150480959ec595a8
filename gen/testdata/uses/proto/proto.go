// Package proto declares the events that server and client share.
package proto

import "github.com/everwire/everwire/event"

// Events and calls, by their use.
const (
	Handled     = event.Event[int]("handled")
	Emitted     = event.Event[int]("emitted")
	BothWays    = event.Event[int]("both ways")
	Unused      = event.Event[int]("unused")
	Called      = event.RPC[int, string]("called")
	CalledAll   = event.RPC0[string]("called all")
	Answered    = event.RPC2[int, int, string]("answered")
	ByClient    = event.Event0("sent by the client")
	OnClient    = event.RPC0[int]("handled by the client")
	Wrapped     = event.Event[string]("wrapped")
	WrappedDeep = event.Event[string]("wrapped twice")
	Stored      = event.Event[string]("stored")
	Compared    = event.Event3[int, int, int]("compared")
	Given       = event.Event0("given to others")
	ToInterface = event.Event0("to an interface")
	MethodValue = event.Event2[int, int]("method value")
	ByMethod    = event.Event[string]("by method")
	Instance    = event.Event[bool]("instance")

	// Old is as good as new.
	//
	// Deprecated: use Handled.
	Old event.Event0 = "old"

	Internal = event.Event0("internal") //everwire:to none
	//everwire:to client
	Directed = event.Event0("directed")
)

// Var is handled.
var Var = event.Event[int]("var")

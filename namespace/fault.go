// fault.go: telling the observer of messages between nodes that did not get through.

package namespace

import (
	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/engine"
)

var _ adapter.Witness = (*Namespace)(nil)

// Fault implements [adapter.Witness].
func (n *Namespace) Fault(f adapter.Fault) {
	if f.Kind == adapter.Missed {
		n.gaps.Add(1) // who is here now lacks something, and must not be told otherwise when it comes back
	}
	if o := n.registry.observer; o != nil {
		o.Observe(engine.Event{Kind: engine.ClusterFault, Namespace: n.name, Packets: f.Messages, Err: f})
	}
}

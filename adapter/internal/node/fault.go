// fault.go: telling the application of messages that did not get through.

package node

import "github.com/everwire/everwire/adapter"

// Fault tells the namespace of messages that were lost, missed or ignored, if it wants
// to hear of them.
func (n *Node) Fault(f adapter.Fault) {
	if n.witness != nil {
		n.witness.Fault(f)
	}
}

func (n *Node) send(m *Message) error { return n.refused(n.link.Send(m)) }

func (n *Node) reply(to, m *Message) error { return n.refused(n.link.Reply(to, m)) }

// refused tells of the error of one message that is sent.
func (n *Node) refused(err error) error {
	if err != nil {
		n.Fault(adapter.Fault{Kind: adapter.Refused, Messages: 1, Err: err})
	}
	return err
}

// ignored counts a message that is dropped.
func (n *Node) ignored(err error) {
	n.dropped()
	n.Fault(adapter.Fault{Kind: adapter.Ignored, Messages: 1, Err: err})
}

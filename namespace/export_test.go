// export_test.go: what tests from outside look at.

package namespace

// The limits, under names of their own.
const (
	InboxItems    = inboxItems
	InboxBytes    = inboxBytes
	MaxNamespaces = maxNamespaces
	MaxAuth       = maxAuth
)

// RoomCount returns how many rooms there are.
func (n *Namespace) RoomCount() int {
	n.index.mu.RLock()
	defer n.index.mu.RUnlock()
	return len(n.index.rooms)
}

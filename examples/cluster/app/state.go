// state.go: what the pages are told of the cluster.

package app

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"
)

const pause = 150 * time.Millisecond // between two states

// watch tells the nodes what there is, when it has changed, until ctx ends.
func (a *App) watch(ctx context.Context) {
	again := time.NewTicker(time.Second) // some things change by time alone
	defer again.Stop()
	var told ClusterState
	for ctx.Err() == nil {
		select {
		case <-a.changed:
		case <-again.C:
		case <-ctx.Done():
			return
		}
		if now := a.state(); !reflect.DeepEqual(now, told) {
			told = now
			a.fleet.tell(now)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

// change has watch look again.
func (a *App) change() {
	select {
	case a.changed <- struct{}{}:
	default: // it will, anyway
	}
}

func (a *App) state() ClusterState {
	s := ClusterState{Nodes: []NodeState{}, Tabs: []Tab{}, Bus: "NATS"}
	if a.fleet.redis != "" {
		s.Bus = "Redis"
	}
	held := map[string]bool{} // by a node that is up
	var lost []Tab
	a.fleet.each(func(n *node) {
		sessions := 0
		if n.status == up {
			sessions = len(n.tabs)
		}
		s.Nodes = append(s.Nodes, NodeState{
			Name: n.name, Status: n.status, PID: n.pid, Starts: n.starts,
			Sessions: sessions, Requests: n.requests.Load(), Error: n.err,
		})
		for _, seat := range n.tabs {
			tab := Tab{ID: seat.ID, Name: seat.Name, Session: n.name}
			switch {
			case n.status == up:
				held[tab.ID] = true
				if h, ok := a.proxy.wires.of(seat.Wire); ok {
					tab.Through, tab.Over = h.node, h.over
				}
				s.Tabs = append(s.Tabs, tab)
			case time.Since(n.since) < keepTabs:
				lost = append(lost, tab)
			}
		}
	})
	for _, tab := range lost {
		if !held[tab.ID] {
			s.Tabs = append(s.Tabs, tab)
		}
	}
	slices.SortFunc(s.Tabs, func(a, b Tab) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
	return s
}

// each looks at all nodes.
func (f *fleet) each(look func(*node)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range f.nodes {
		look(n)
	}
}

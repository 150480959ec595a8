// desk.go: what was sent to whom, and who is here. It sends nothing.

package app

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	keep     = 50 // notifications of one person, beyond which the oldest goes
	maxPages = 20 // that one person has open
)

// team is who may log in. In an application of yours it is a table of the database.
var team = []Person{
	{ID: "ann", Name: "Ann Marlow", Role: "Release manager"},
	{ID: "ben", Name: "Ben Okafor", Role: "Backend"},
	{ID: "cleo", Name: "Cleo Tan", Role: "Design"},
	{ID: "dara", Name: "Dara Quinn", Role: "On call"},
}

// find returns where a person is in the team, or -1.
func find(id string) int { return slices.IndexFunc(team, func(p Person) bool { return p.ID == id }) }

// A note is a notification with what ends as soon as nobody needs to be asked about it any
// more.
type note struct {
	Notification
	open   context.Context
	settle context.CancelFunc
}

// desks are the inboxes of all. Their methods may be called concurrently.
type desks struct {
	ctx context.Context // of all that is open

	mu    sync.Mutex // guards what follows
	last  int64
	notes []*note // oldest first
	pages map[string]int
}

func newDesks(ctx context.Context) *desks { return &desks{ctx: ctx, pages: map[string]int{}} }

// enter counts a page, and returns how many the person has now.
func (d *desks) enter(id string) int { return d.count(id, 1) }

func (d *desks) exit(id string) int { return d.count(id, -1) }

func (d *desks) count(id string, by int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pages[id] += by
	return d.pages[id]
}

// person returns one of the team as of now.
func (d *desks) person(id string) Person {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.personLocked(id)
}

func (d *desks) personLocked(id string) Person {
	p := team[find(id)]
	p.Here = d.pages[id] > 0
	return p
}

// add keeps what somebody sends, a notification for each receiver.
func (d *desks) add(from string, draft Draft) []*note {
	d.mu.Lock()
	defer d.mu.Unlock()
	var added []*note
	for _, to := range draft.To {
		d.last++
		n := &note{Notification: Notification{
			ID: d.last, From: from, To: to, Kind: draft.Kind, Title: draft.Title, Text: draft.Text, Time: time.Now().UnixMilli(),
		}}
		n.open, n.settle = context.WithTimeout(d.ctx, tokenLife) // no page lives longer
		d.makeRoomLocked(to)
		d.notes = append(d.notes, n)
		added = append(added, n)
	}
	return added
}

func (d *desks) makeRoomLocked(to string) {
	has, oldest := 0, -1
	for i, n := range d.notes {
		if n.To == to {
			has++
			if oldest < 0 {
				oldest = i
			}
		}
	}
	if has >= keep {
		d.notes[oldest].settle()
		d.notes = slices.Delete(d.notes, oldest, oldest+1)
	}
}

// read notes a receipt; false: it is read already.
func (d *desks) read(n *note, on string) (Notification, bool) {
	defer n.settle()
	d.mu.Lock()
	defer d.mu.Unlock()
	if n.ReadAt != 0 {
		return n.Notification, false
	}
	n.ReadAt, n.ReadOn = time.Now().UnixMilli(), on
	return n.Notification, true
}

// view returns what a page of a person begins with, and what it is to be asked, oldest
// first.
func (d *desks) view(id string) (desk Desk, unread []*note) {
	d.mu.Lock()
	defer d.mu.Unlock()
	desk = Desk{You: id, Read: []Notification{}, Sent: []Notification{}}
	for _, p := range team {
		desk.People = append(desk.People, d.personLocked(p.ID))
	}
	for _, n := range slices.Backward(d.notes) {
		if n.From == id {
			desk.Sent = append(desk.Sent, n.Notification)
		}
		if n.To == id && n.ReadAt != 0 {
			desk.Read = append(desk.Read, n.Notification)
		} else if n.To == id {
			unread = append(unread, n)
		}
	}
	slices.Reverse(unread)
	return desk, unread
}

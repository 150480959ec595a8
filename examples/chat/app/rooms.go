// rooms.go: the rooms, who is in them, and what may be said.

package app

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/everwire/everwire"
)

// What fits in.
const (
	maxRooms    = 50
	maxRoomName = 24
	maxText     = 2000
	maxKey      = 64
	showHistory = 50 // messages, to who joins a room
)

// A house is what the chat knows of now: its rooms, who is in them, and (in people.go)
// who goes by which name. What was said is in the store. It sends nothing: its methods
// return what has changed, and the handlers tell the pages.
type house struct {
	mu     sync.Mutex         // guards all below
	last   int64              // the number that nextLocked returned last
	rooms  map[string]*room   // by name
	order  []string           // the names of the rooms, as they were opened
	people map[string]*person // by id
}

type room struct {
	name    string
	about   string
	rev     int64             // of name, about and members
	members map[string]string // socket id → person id; a person may have two pages open
}

// A change is what pages have to hear after someone came, went or was renamed.
type change struct {
	room   Room
	people People
}

// newHouse returns a house with the rooms that are always there, and those of before.
func newHouse(before []Room) *house {
	h := &house{rooms: map[string]*room{}, people: map[string]*person{}}
	h.openLocked("lobby", "Say hello")
	h.openLocked("coffee", "Small talk, strong opinions")
	h.openLocked("help", "No question is too small")
	for _, r := range before {
		if h.rooms[r.Name] == nil {
			h.openLocked(r.Name, r.About)
		}
	}
	return h
}

// list returns all rooms in the order in which they were opened.
func (h *house) list() []Room {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []Room
	for _, name := range h.order {
		all = append(all, h.outsideLocked(h.rooms[name]))
	}
	return all
}

// view returns a room as its members see it, but for what was said.
func (h *house) view(name string) RoomView {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[name]
	return RoomView{Room: h.outsideLocked(r), People: h.insideLocked(r, "")}
}

// join puts a person's socket into a room and returns the room's name. It
// opens the room if it is new.
func (h *house) join(name, socket, who string) (string, []change, error) {
	name, err := cleanRoomName(name)
	if err != nil {
		return "", nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.rooms[name]
	if !ok {
		if len(h.rooms) >= maxRooms {
			return "", nil, refusal("rooms_full", "There are as many rooms as fit. Join one of them.")
		}
		r = h.openLocked(name, "Opened by "+h.nameLocked(who))
	}
	was := h.isInLocked(r, who)
	r.members[socket] = who
	if was {
		return name, nil, nil
	}
	return name, []change{h.changedLocked(r, h.nameLocked(who)+" joined")}, nil
}

// leave takes a socket out of rooms.
func (h *house) leave(socket string, names ...string) []change {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []change
	for _, name := range names {
		r := h.rooms[name]
		if r == nil || r.members[socket] == "" {
			continue
		}
		who := r.members[socket]
		delete(r.members, socket)
		if !h.isInLocked(r, who) {
			all = append(all, h.changedLocked(r, h.nameLocked(who)+" left"))
		}
	}
	return all
}

// compose makes a message of what a person says.
func (h *house) compose(d Draft, who string) (Message, error) {
	text := strings.TrimSpace(d.Text)
	switch {
	case text == "":
		return Message{}, refusal("text_missing", "Write something first.")
	case utf8.RuneCountInString(text) > maxText:
		return Message{}, refusal("text_too_long", "A message has at most 2,000 characters.")
	case d.Key == "" || len(d.Key) > maxKey:
		return Message{}, refusal("key_invalid", "A draft needs a short key of its own.")
	}
	return Message{Room: d.Room, Key: d.Key, From: h.person(who), Text: text}, nil
}

func (h *house) openLocked(name, about string) *room {
	r := &room{name: name, about: about, rev: h.nextLocked(), members: map[string]string{}}
	h.rooms[name] = r
	h.order = append(h.order, name)
	return r
}

func (h *house) changedLocked(r *room, line string) change {
	r.rev = h.nextLocked()
	return change{h.outsideLocked(r), h.insideLocked(r, line)}
}

func (h *house) outsideLocked(r *room) Room {
	return Room{Name: r.name, About: r.about, Count: len(idsOf(r)), Rev: r.rev}
}

func (h *house) insideLocked(r *room, line string) People {
	p := People{Room: r.name, Line: line, Rev: r.rev, Here: []Person{}}
	for _, id := range idsOf(r) {
		p.Here = append(p.Here, h.personLocked(id))
	}
	return p
}

func (h *house) isInLocked(r *room, who string) bool {
	return slices.Contains(idsOf(r), who)
}

// nextLocked returns the time in microseconds, or a little more: each number
// is higher than all before.
func (h *house) nextLocked() int64 {
	h.last = max(h.last+1, time.Now().UnixMicro())
	return h.last
}

// idsOf returns the people in a room, each once.
func idsOf(r *room) []string {
	return slices.Compact(slices.Sorted(maps.Values(r.members)))
}

// cleanRoomName makes "Tea & cake" what it is called here: "tea-cake".
func cleanRoomName(name string) (string, error) {
	words := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
	name = strings.Join(words, "-")
	switch {
	case name == "":
		return "", refusal("room_missing", "A room needs a name of letters or digits.")
	case utf8.RuneCountInString(name) > maxRoomName:
		return "", refusal("room_too_long", "A room's name has at most 24 characters.")
	}
	return name, nil
}

// refusal is an error that a page may show as it is.
func refusal(code, message string) error {
	return &everwire.Error{Code: code, Message: message}
}

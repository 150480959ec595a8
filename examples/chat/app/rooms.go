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
	keepHistory = 50
)

// A house is all that the chat remembers: its rooms, who is in them, what was
// said last, and (in people.go) who goes by which name. It sends nothing: its
// methods return what has changed, and the handlers tell the pages.
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
	history []Message         // oldest first
}

// A change is what pages have to hear after someone came, went or was renamed.
type change struct {
	room   Room
	people People
}

func newHouse() *house {
	h := &house{rooms: map[string]*room{}, people: map[string]*person{}}
	h.openLocked("lobby", "Say hello")
	h.openLocked("coffee", "Small talk, strong opinions")
	h.openLocked("help", "No question is too small")
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

// view returns a room as its members see it.
func (h *house) view(name string) RoomView {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[name]
	return RoomView{
		Room:     h.outsideLocked(r),
		People:   h.insideLocked(r, ""),
		Messages: append([]Message{}, r.history...),
	}
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

// post keeps what a person says. It reports whether that is news: a draft that
// comes a second time is not.
func (h *house) post(d Draft, who string) (m Message, news bool, err error) {
	text := strings.TrimSpace(d.Text)
	switch {
	case text == "":
		return m, false, refusal("text_missing", "Write something first.")
	case utf8.RuneCountInString(text) > maxText:
		return m, false, refusal("text_too_long", "A message has at most 2,000 characters.")
	case d.Key == "" || len(d.Key) > maxKey:
		return m, false, refusal("key_invalid", "A draft needs a short key of its own.")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[d.Room]
	for _, m := range r.history {
		if m.Key == d.Key && m.From.ID == who {
			return m, false, nil
		}
	}
	m = Message{ID: h.nextLocked(), Room: r.name, Key: d.Key, From: h.personLocked(who), Text: text}
	if len(r.history) == keepHistory {
		r.history = slices.Delete(r.history, 0, 1)
	}
	r.history = append(r.history, m)
	return m, true, nil
}

// received notes that a person's page has all messages of a room up to one,
// and returns those of others that reached nobody before.
func (h *house) received(name, who string, upTo int64) []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	history := h.rooms[name].history
	var first []int64
	for i := range history {
		if m := &history[i]; m.ID <= upTo && m.From.ID != who && !m.Delivered {
			m.Delivered = true
			first = append(first, m.ID)
		}
	}
	return first
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

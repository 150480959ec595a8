// people.go: who goes by which name.

package app

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxName  = 24
	keepName = time.Minute // how long a name waits for someone who has gone
)

// A person is somebody who has at least one page open, or had until a moment
// ago: a reload or a lost connection must not cost the name.
type person struct {
	name  string
	pages map[string]bool // by the id of their socket
	seen  time.Time       // when the last page came or went
}

// claim gives a person a name for the page that is about to connect. Somebody
// who is here already keeps the name of their other page.
func (h *house) claim(id, name string) error {
	name, err := cleanName(name)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forgetLocked()
	p := h.people[id]
	if p == nil || len(p.pages) == 0 {
		if h.takenLocked(name, id) {
			return nameTaken(name)
		}
		p = &person{name: name, pages: map[string]bool{}}
		h.people[id] = p
	}
	p.seen = time.Now()
	return nil
}

// enter notes a page of a person who has claimed a name.
func (h *house) enter(id, socket string) Person {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.people[id]; p != nil {
		p.pages[socket] = true
	}
	return h.personLocked(id)
}

// exit is the opposite of enter.
func (h *house) exit(id, socket string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.people[id]; p != nil {
		delete(p.pages, socket)
		p.seen = time.Now()
	}
}

// person returns how others know somebody.
func (h *house) person(id string) Person {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.personLocked(id)
}

// rename gives a person another name, in all rooms they are in.
func (h *house) rename(id, name string) (Person, []change, error) {
	name, err := cleanName(name)
	if err != nil {
		return Person{}, nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forgetLocked()
	if h.takenLocked(name, id) {
		return Person{}, nil, nameTaken(name)
	}
	old := h.nameLocked(id)
	if p := h.people[id]; p != nil {
		p.name = name
	}
	var all []change
	for _, n := range h.order {
		if r := h.rooms[n]; old != name && h.isInLocked(r, id) {
			all = append(all, h.changedLocked(r, old+" is now "+name))
		}
	}
	return h.personLocked(id), all, nil
}

// forgetLocked drops those who have been away for long enough.
func (h *house) forgetLocked() {
	for id, p := range h.people {
		if len(p.pages) == 0 && time.Since(p.seen) >= keepName {
			delete(h.people, id)
		}
	}
}

// takenLocked tells whether somebody else goes by a name.
func (h *house) takenLocked(name, id string) bool {
	for other, p := range h.people {
		if other != id && strings.EqualFold(p.name, name) {
			return true
		}
	}
	return false
}

func (h *house) personLocked(id string) Person {
	return Person{ID: id, Name: h.nameLocked(id)}
}

func (h *house) nameLocked(id string) string {
	if p := h.people[id]; p != nil {
		return p.name
	}
	return "Somebody"
}

// cleanName leaves what can be seen, with single spaces.
func cleanName(name string) (string, error) {
	name = strings.Map(func(c rune) rune {
		if unicode.IsGraphic(c) || unicode.IsSpace(c) {
			return c
		}
		return -1
	}, name)
	name = strings.Join(strings.Fields(name), " ")
	switch {
	case name == "":
		return "", refusal("name_missing", "Please choose a name.")
	case utf8.RuneCountInString(name) > maxName:
		return "", refusal("name_too_long", "A name has at most 24 characters.")
	}
	return name, nil
}

func nameTaken(name string) error {
	return refusal("name_taken", name+" is taken. Please choose another name.")
}

// people.go: who is at the sheet.

package app

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

const (
	maxName = 20 // characters
	maxKey  = 64
	hands   = 8 // colours of people
)

// people are the pages that are open. Their methods may be called concurrently.
type people struct {
	mu   sync.Mutex // guards what follows
	rev  int64
	came int
	here []Person // in the order in which they came
}

func (p *people) enter(id, name string) People {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.here = append(p.here, Person{ID: id, Name: name, Colour: p.came % hands})
	p.came++
	return p.listLocked()
}

func (p *people) exit(id string) People {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.here = slices.DeleteFunc(p.here, func(one Person) bool { return one.ID == id })
	return p.listLocked()
}

func (p *people) rename(id, name string) People {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.here {
		if p.here[i].ID == id {
			p.here[i].Name = name
		}
	}
	return p.listLocked()
}

// listLocked returns who is here after a change.
func (p *people) listLocked() People {
	p.rev++
	return People{Here: slices.Clone(p.here), Rev: p.rev}
}

// cleanName makes a name short enough, and never empty.
func cleanName(name string) string {
	name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " ")
	if utf8.RuneCountInString(name) > maxName {
		name = string([]rune(name)[:maxName])
	}
	if name == "" {
		return "Somebody"
	}
	return name
}

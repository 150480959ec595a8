// sheet.go: what is drawn. It sends nothing.

package app

import (
	"fmt"
	"slices"
	"sync"

	"github.com/everwire/everwire"
)

const (
	maxPiece  = 400    // points of a piece
	maxStroke = 4_000  // points of a stroke; a page begins another one then
	maxPoints = 60_000 // points of the sheet, beyond which the oldest strokes go
	maxID     = 32
	colours   = 6
)

// A sheet holds strokes. Its methods may be called concurrently.
type sheet struct {
	mu      sync.Mutex // guards what follows
	last    int64
	points  int
	strokes []*stroke // the lowest first
}

type stroke struct {
	Stroke
	by string
}

// draw adds a piece of somebody's stroke. news is what others have to be told: empty if
// all of it was there already. gone are strokes that had to make room.
func (s *sheet) draw(by string, piece Stroke) (have Have, news Stroke, gone []string, err error) {
	if err := piece.check(); err != nil {
		return have, news, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	line := s.findLocked(piece.ID)
	switch {
	case line == nil && piece.From > 0, line != nil && line.by != by:
		return have, news, nil, refusal("gone", "This stroke was erased.")
	case line == nil:
		s.last++
		line = &stroke{Stroke{ID: piece.ID, N: s.last, Pen: piece.Pen, Colour: piece.Colour}, by}
		s.strokes = append(s.strokes, line)
	}
	has := len(line.Points) / 2
	if fresh := has - piece.From; fresh >= 0 && 2*fresh < len(piece.Points) {
		piece.Points = piece.Points[2*fresh:]
		if has+len(piece.Points)/2 > maxStroke {
			return have, news, nil, refusal("too_long", fmt.Sprintf("A stroke has at most %d points.", maxStroke))
		}
		line.Points = append(line.Points, piece.Points...)
		s.points += len(piece.Points) / 2
		news = line.Stroke
		news.From, news.Points = has, piece.Points
	}
	return Have{line.N, len(line.Points) / 2}, news, s.makeRoomLocked(), nil
}

func (p *Stroke) check() error {
	fine := p.ID != "" && len(p.ID) <= maxID && (p.Pen == "pen" || p.Pen == "marker") && p.Colour >= 0 && p.Colour < colours &&
		p.From >= 0 && len(p.Points) > 0 && len(p.Points)%2 == 0 && len(p.Points) <= 2*maxPiece
	for i, v := range p.Points {
		fine = fine && v >= 0 && v <= []int{Width, Height}[i%2]
	}
	if !fine {
		return refusal("invalid", "This is no piece of a stroke.")
	}
	return nil
}

// makeRoomLocked removes the oldest strokes of a full sheet, and returns their ids.
func (s *sheet) makeRoomLocked() (gone []string) {
	for s.points > maxPoints {
		gone = append(gone, s.strokes[0].ID)
		s.removeLocked(0)
	}
	return gone
}

func (s *sheet) removeLocked(i int) {
	s.points -= len(s.strokes[i].Points) / 2
	s.strokes = slices.Delete(s.strokes, i, i+1)
}

func (s *sheet) findLocked(id string) *stroke {
	for _, line := range slices.Backward(s.strokes) { // most often it is the last
		if line.ID == id {
			return line
		}
	}
	return nil
}

// erase removes strokes, and returns the ids of those that were there.
func (s *sheet) erase(ids []string) []string {
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	gone := []string{}
	for i := len(s.strokes) - 1; i >= 0; i-- {
		if id := s.strokes[i].ID; wanted[id] {
			gone = append(gone, id)
			s.removeLocked(i)
		}
	}
	return gone
}

// all returns the strokes as they are now.
func (s *sheet) all() []Stroke {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []Stroke{}
	for _, line := range s.strokes {
		whole := line.Stroke
		whole.Points = slices.Clone(whole.Points)
		all = append(all, whole)
	}
	return all
}

// refusal is an error that a page may show as it is.
func refusal(code, message string) error { return &everwire.Error{Code: code, Message: message} }

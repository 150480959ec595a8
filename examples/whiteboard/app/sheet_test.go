// sheet_test.go: pieces make strokes, in whatever way they come.

package app

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// piece is so many points from a place on; each is where it stands.
func piece(id string, from, points int) Stroke {
	p := Stroke{ID: id, Pen: "pen", From: from}
	for i := range points {
		p.Points = append(p.Points, (from+i)%Width, 1)
	}
	return p
}

func mustDraw(t *testing.T, s *sheet, p Stroke) (Have, Stroke, []string) {
	t.Helper()
	have, news, gone, err := s.draw("ann", p)
	require.NoError(t, err)
	return have, news, gone
}

func assertRefused(t *testing.T, code string, err error) {
	t.Helper()
	var e *everwire.Error
	if assert.ErrorAs(t, err, &e) {
		assert.Equal(t, code, e.Code)
	}
}

func TestPiecesMakeAStroke(t *testing.T) {
	for _, c := range []struct {
		name                 string
		from, points         int
		have, newFrom, fresh int
	}{
		{"the next one", 10, 5, 15, 10, 5},
		{"the same again", 0, 10, 10, 0, 0},
		{"one that overlaps", 6, 9, 15, 10, 5},
		{"one from within", 3, 2, 10, 0, 0},
		{"one that leaves a gap", 11, 5, 10, 0, 0},
	} {
		var s sheet
		mustDraw(t, &s, piece("s", 0, 10))
		have, news, _ := mustDraw(t, &s, piece("s", c.from, c.points))
		assert.Equal(t, Have{1, c.have}, have, c.name)
		assert.Equal(t, c.newFrom, news.From, c.name)
		assert.Len(t, news.Points, 2*c.fresh, c.name)
		assert.Equal(t, piece("s", 0, c.have).Points, s.all()[0].Points, c.name)
		assert.Equal(t, c.have, s.points, c.name)
	}
}

func TestDrawRefuses(t *testing.T) {
	with := func(change func(*Stroke)) Stroke {
		p := piece("new", 0, 2)
		change(&p)
		return p
	}
	var s sheet
	mustDraw(t, &s, piece("ann's", 0, 2))
	for name, c := range map[string]struct {
		piece Stroke
		code  string
	}{
		"no id":              {with(func(p *Stroke) { p.ID = "" }), "invalid"},
		"long id":            {with(func(p *Stroke) { p.ID = strings.Repeat("x", maxID+1) }), "invalid"},
		"strange pen":        {with(func(p *Stroke) { p.Pen = "brush" }), "invalid"},
		"strange colour":     {with(func(p *Stroke) { p.Colour = colours }), "invalid"},
		"half a point":       {with(func(p *Stroke) { p.Points = p.Points[:3] }), "invalid"},
		"no point":           {with(func(p *Stroke) { p.Points = nil }), "invalid"},
		"beyond the sheet":   {with(func(p *Stroke) { p.Points[1] = Height + 1 }), "invalid"},
		"left of the sheet":  {with(func(p *Stroke) { p.Points[0] = -1 }), "invalid"},
		"before the start":   {with(func(p *Stroke) { p.From = -1 }), "invalid"},
		"large piece":        {piece("new", 0, maxPiece+1), "invalid"},
		"of an erased one":   {piece("erased", 1, 1), "gone"},
		"somebody else's":    {piece("ann's", 2, 1), "gone"},
		"somebody else's, 0": {piece("ann's", 0, 3), "gone"},
	} {
		_, news, _, err := s.draw("ben", c.piece)
		assertRefused(t, c.code, err)
		assert.Empty(t, news.Points, name)
	}
	assert.Len(t, s.all(), 1)

	for i := range maxStroke / maxPiece {
		mustDraw(t, &s, piece("long", i*maxPiece, maxPiece))
	}
	_, _, _, err := s.draw("ann", piece("long", maxStroke, 1))
	assertRefused(t, "too_long", err)
}

func TestFullSheetForgetsItsOldest(t *testing.T) {
	var s sheet
	for i := range maxPoints / maxPiece {
		_, _, gone := mustDraw(t, &s, piece(fmt.Sprint(i), 0, maxPiece))
		assert.Empty(t, gone)
	}
	_, _, gone := mustDraw(t, &s, piece("more", 0, 1))
	assert.Equal(t, []string{"0"}, gone)
	assert.Equal(t, maxPoints-maxPiece+1, s.points)
}

func TestErase(t *testing.T) {
	var s sheet
	for _, id := range []string{"a", "b", "c"} {
		mustDraw(t, &s, piece(id, 0, 3))
	}
	assert.ElementsMatch(t, []string{"a", "c"}, s.erase([]string{"c", "a", "x"}))
	assert.Empty(t, s.erase([]string{"a"}), "a second time")
	assert.Equal(t, "b", s.all()[0].ID)
	assert.Equal(t, 3, s.points)
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{
		"Ann":                   "Ann",
		"  Ann \n  Marlow ":     "Ann Marlow",
		"":                      "Somebody",
		" \t":                   "Somebody",
		strings.Repeat("ü", 30): strings.Repeat("ü", maxName),
		"a\xffb":                "ab",
	} {
		assert.Equal(t, want, cleanName(in))
	}
}

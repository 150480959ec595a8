// notes.go: comments: what they say to people, and what they say to this program.

package main

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"
)

// note is what the comments at a declaration say.
type note struct {
	doc     string // for people
	ts      string // the directives
	to      string
	notNull bool
}

var directive = regexp.MustCompile(`^//everwire:(\S*)\s*(.*?)\s*$`)

// note collects the notes of a file.
func (p *program) note(f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			for _, s := range n.Specs {
				p.noteSpec(n, s)
			}
		case *ast.Field:
			p.noteNames(fieldNames(n), n.Doc, n.Comment)
		}
		return true
	})
}

// noteSpec takes the comment of the whole declaration for its one part, if there is
// only one.
func (p *program) noteSpec(decl *ast.GenDecl, s ast.Spec) {
	whole := decl.Doc
	if decl.Lparen.IsValid() {
		whole = nil
	}
	switch s := s.(type) {
	case *ast.TypeSpec:
		p.noteNames([]*ast.Ident{s.Name}, whole, s.Doc, s.Comment)
	case *ast.ValueSpec:
		p.noteNames(s.Names, whole, s.Doc, s.Comment)
	}
}

// fieldNames are the names by which go/types knows the field: that of its type, if
// it is embedded.
func fieldNames(f *ast.Field) []*ast.Ident {
	if len(f.Names) > 0 {
		return f.Names
	}
	for t := f.Type; ; {
		switch e := t.(type) {
		case *ast.Ident:
			return []*ast.Ident{e}
		case *ast.SelectorExpr:
			return []*ast.Ident{e.Sel}
		case *ast.StarExpr:
			t = e.X
		case *ast.IndexExpr:
			t = e.X
		case *ast.IndexListExpr:
			t = e.X
		default:
			return nil // a parameter, or an element of a constraint
		}
	}
}

func (p *program) noteNames(names []*ast.Ident, comments ...*ast.CommentGroup) {
	var n note
	for _, c := range comments {
		if c == nil {
			continue
		}
		if text := strings.TrimSpace(c.Text()); text != "" {
			n.doc = strings.TrimSpace(n.doc + "\n\n" + text)
		}
		for _, line := range c.List {
			if match := directive.FindStringSubmatch(line.Text); match != nil {
				p.direct(&n, line.Pos(), match[1], match[2])
			}
		}
	}
	if n == (note{}) {
		return
	}
	for _, name := range names {
		p.notes[name.Pos()] = n
	}
}

// direct takes one directive.
func (p *program) direct(n *note, at token.Pos, word, rest string) {
	switch {
	case word == "ts" && rest != "":
		n.ts = rest
	case word == "ts":
		p.fail(at, "directive everwire:ts without a type")
	case word == "notnull" && rest == "":
		n.notNull = true
	case word == "to" && sides[rest] != 0:
		n.to = rest
	case word == "to":
		p.fail(at, "directive everwire:to %s: it is server, client, both or none", rest)
	default:
		p.fail(at, "unknown directive everwire:%s", word)
	}
}

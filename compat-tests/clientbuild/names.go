// names.go: the short names of private members.

package main

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// private tells the names of private members: they end with an underscore.
const private = "[A-Za-z]_$"

// namesFile has the short names of private members. Which short name a member gets does not matter to the minified file,
// but to how well it is compressed: they were found by trying, with `go run ./clientbuild -names 30000`. A member that is
// not there gets a name that is free. It pays to look again when much of the sources has changed.
const namesFile = "clientbuild/names.json"

//go:embed names.json
var namesJSON []byte

func shortNames() map[string]any {
	names := map[string]any{}
	if err := json.Unmarshal(namesJSON, &names); err != nil {
		panic("clientbuild: " + namesFile + ": " + err.Error()) // it is part of the program
	}
	return names
}

// writeNames has the names exchanged with one another as long as that makes the file for script elements smaller.
func writeNames(src string, tries int) error {
	b := bundles[slices.IndexFunc(bundles, func(b bundle) bool { return b.name == "socket.io.min.js" })]
	o, err := b.options(src)
	if err != nil {
		return err
	}
	_, given, err := bundled(o)
	if err != nil {
		return err
	}
	members := slices.Sorted(maps.Keys(given))
	o.MangleCache = map[string]any{}
	for i, m := range members {
		o.MangleCache[m] = fmt.Sprintf("PRIVATE%dX", i)
	}
	text, _, err := bundled(o)
	if err != nil {
		return err
	}
	best := improve(text, members, given, tries)
	maps.DeleteFunc(best, func(m string, _ any) bool { return !strings.Contains(text, fmt.Sprint(o.MangleCache[m])) }) // it is gone
	out, err := json.MarshalIndent(best, "", "  ")
	if err != nil {
		return err
	}
	namesJSON = append(out, '\n')
	return os.WriteFile(filepath.FromSlash(namesFile), namesJSON, 0o666)
}

var placeholder = regexp.MustCompile(`PRIVATE(\d+)X`)

// improve returns better names than those that are given.
func improve(text string, members []string, given map[string]any, tries int) map[string]any {
	random := rand.New(rand.NewPCG(1, 2))
	short := make([]string, len(members))
	for i, m := range members {
		short[i], _ = given[m].(string)
	}
	parts, places := placeholder.Split(text, -1), placeholder.FindAllStringSubmatch(text, -1)
	size := func() int {
		b := strings.Builder{}
		for k, place := range places {
			i, _ := strconv.Atoi(place[1]) // digits
			b.WriteString(parts[k] + short[i])
		}
		return compressed(b.String() + parts[len(places)])
	}
	for best := size(); tries > 0; tries-- {
		i, k := random.IntN(len(short)), random.IntN(len(short))
		short[i], short[k] = short[k], short[i]
		if n := size(); n <= best {
			best = n
		} else {
			short[i], short[k] = short[k], short[i]
		}
	}
	names := map[string]any{}
	for i, m := range members {
		names[m] = short[i]
	}
	return names
}

// compressed is the size of text with gzip.
func compressed(text string) int {
	var b bytes.Buffer
	g, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = io.WriteString(g, text) // to memory
	_ = g.Close()
	return b.Len()
}

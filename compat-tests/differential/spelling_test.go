// spelling_test.go: packets as they are spelled, for the rules: what is lost when a packet is decoded.

package differential

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/everwire/everwire/namespace/sio"
)

// A head is the text of a packet cut where the official decoder cuts it.
type head struct {
	typ       string // one character, or nothing
	count     string // of attachments
	namespace string
	id        string // digits and blanks
	payload   string
}

func splitHead(text string) (h head) {
	_, n := utf8.DecodeRuneInString(text)
	h.typ, text = text[:n], text[n:]
	if h.typ == "5" || h.typ == "6" {
		h.count, text, _ = strings.Cut(text, "-")
	}
	if strings.HasPrefix(text, "/") {
		h.namespace, text, _ = strings.Cut(text, ",")
	}
	h.payload = strings.TrimLeftFunc(text, func(r rune) bool { return '0' <= r && r <= '9' || isBlank(r) })
	h.id = text[:len(text)-len(h.payload)]
	return h
}

// isBlank reports whether Number takes the character for nothing.
func isBlank(r rune) bool {
	return strings.ContainsRune("\t\n\v\f\r\ufeff\u2028\u2029", r) || unicode.Is(unicode.Zs, r)
}

func hasBlank(s string) bool { return strings.ContainsFunc(s, isBlank) }

func startsBlank(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isBlank(r)
}

// refusedFor reports whether we refused the message for one of the reasons.
func (c *comparison) refusedFor(reasons ...string) bool {
	for _, r := range reasons {
		if c.ours.refused() && strings.Contains(c.ours.Error, r) {
			return true
		}
	}
	return false
}

// refusedLater reports whether the official decoder refuses a placeholder when the last attachment comes.
func (c *comparison) refusedLater() bool {
	if !c.refusedFor("placeholder") {
		return false
	}
	for _, s := range c.rest {
		if s != nil {
			return s.refused()
		}
	}
	return false
}

// A number is a number as it was spelled.
type number string

// plain reports whether it is an integer that JavaScript prints as it is.
func (n number) plain() bool {
	i, err := strconv.ParseInt(string(n), 10, 64)
	return err == nil && -sio.MaxID <= i && i <= sio.MaxID
}

// payload returns the payload with its numbers as they are spelled, nil if it is not JSON.
func (c *comparison) payload() any {
	d := json.NewDecoder(strings.NewReader(splitHead(c.text).payload))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return spelled(v)
}

func spelled(v any) any {
	switch v := v.(type) {
	case json.Number:
		return number(v)
	case []any:
		for i := range v {
			v[i] = spelled(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = spelled(v[k])
		}
	}
	return v
}

// namesTwice reports whether an object in the JSON text has two members of one name.
func namesTwice(text string) bool {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber() // 1e400 is no error here
	return twiceIn(d)
}

// twiceIn reads one value.
func twiceIn(d *json.Decoder) (found bool) {
	open, _ := d.Token()
	if open != json.Delim('{') && open != json.Delim('[') {
		return false
	}
	names := map[json.Token]bool{}
	for d.More() {
		if open == json.Delim('{') {
			name, _ := d.Token()
			found = found || names[name]
			names[name] = true
		}
		found = twiceIn(d) || found
	}
	_, _ = d.Token()
	return found
}

func (c *comparison) eventName() any {
	if list, ok := c.payload().([]any); ok && len(list) > 0 {
		return list[0]
	}
	return nil
}

// deepest returns the depth of the deepest argument. It goes by the text, as a later member of the same name may have
// replaced that argument.
func (c *comparison) deepest() (deepest int) {
	h := splitHead(c.text)
	level, inString := 0, false
	for i := 0; i < len(h.payload); i++ {
		switch b := h.payload[i]; {
		case b == '"':
			inString = !inString
		case inString && b == '\\':
			i++
		case inString:
		case b == '[', b == '{':
			level++
			deepest = max(deepest, level)
		case b == ']', b == '}':
			level--
		}
	}
	if strings.Contains("2356", h.typ) {
		deepest-- // the list of the arguments
	}
	return deepest
}

func isPlaceholder(v any) bool {
	o, _ := v.(map[string]any)
	return o["_placeholder"] == true
}

func isNested(v any) bool {
	if !isPlaceholder(v) {
		return false
	}
	for _, member := range v.(map[string]any) {
		if anywhere(member, isPlaceholder) {
			return true
		}
	}
	return false
}

// isSloppy reports whether v is a placeholder whose number is between 0 and 10, but not spelled as one digit.
func isSloppy(v any) bool {
	if !isPlaceholder(v) {
		return false
	}
	num, ok := v.(map[string]any)["num"].(number)
	f, err := strconv.ParseFloat(string(num), 64)
	return ok && err == nil && f >= 0 && f < sio.MaxAttachments && len(num) > 1
}

// cases_test.go: what an engine can, and what follows for it: the cases that it runs, and those that it cannot.

package engines

// abilities are what look in abilities.js measures.
type abilities struct {
	WebSocket   bool `json:"websocket"`
	SSE         bool `json:"sse"` // a stream can be read while it comes, by whatever means
	EventSource bool `json:"eventsource"`
	Arrays      bool `json:"arrays"`
	Blob        bool `json:"blob"`
	Base64      bool `json:"base64"`  // btoa and atob keep bytes
	Posts       bool `json:"posts"`   // they take text as it is
	Answers     bool `json:"answers"` // they give text as it is
}

// lacks are the names of what is missing.
func (a abilities) lacks() []string {
	var names []string
	for _, one := range []struct {
		name string
		has  bool
	}{
		{"websocket", a.WebSocket}, {"sse", a.SSE}, {"eventsource", a.EventSource}, {"arrays", a.Arrays}, {"blob", a.Blob},
		{"base64", a.Base64}, {"posts", a.Posts}, {"answers", a.Answers},
	} {
		if !one.has {
			names = append(names, one.name)
		}
	}
	return names
}

// transports are those that the engine can use, the best first.
func (a abilities) transports() []string {
	var names []string
	if a.WebSocket {
		names = append(names, "websocket")
	}
	if a.SSE {
		names = append(names, "sse")
	}
	return append(names, "polling")
}

// sceneNames are the rows of an engine, checks the columns.
var (
	sceneNames = []string{"race", "websocket", "sse", "polling", "swap"}
	checks     = []string{"text", "binary", "characters", "acks", "order"}
)

// A scene is one session of a page, with all checks.
type scene struct {
	Name       string   `json:"name"`
	Transports []string `json:"transports,omitempty"` // none: what the client does by itself
	Steps      []step   `json:"steps"`
}

// A step is a check, and what happens in its middle.
type step struct {
	Check string `json:"check"`
	Only  string `json:"only"` // the network lets this through and nothing else; empty is no change
	Then  string `json:"then"` // the transport at the end of the check
}

// cannot says why an engine does not run a scene, empty if it does.
func (a abilities) cannot(scene string) string {
	switch {
	case scene == "websocket" && !a.WebSocket:
		return "no WebSocket"
	case scene == "sse" && !a.SSE && a.EventSource:
		return "EventSource tells of nothing before the stream ends"
	case scene == "sse" && !a.SSE:
		return "no EventSource, and XMLHttpRequest tells of nothing before the answer ends"
	case scene == "swap" && len(a.transports()) == 1:
		return "nothing to swap polling for"
	}
	return ""
}

// scenes are what the engine runs.
func (a abilities) scenes() []scene {
	var all []scene
	for _, name := range sceneNames {
		switch {
		case a.cannot(name) != "":
		case name == "race":
			all = append(all, scene{Name: name, Steps: a.steady(a.transports()[0])})
		case name == "swap":
			all = append(all, a.swap())
		default:
			all = append(all, scene{Name: name, Transports: []string{name}, Steps: a.steady(name)})
		}
	}
	return all
}

// runs are the checks that the engine can be asked for, and why it cannot be asked for the others.
func (a abilities) runs() (names []string, why map[string]string) {
	why = map[string]string{}
	for _, check := range checks {
		if check == "binary" && a.Arrays && !a.Base64 {
			why[check] = "n/a: no base64"
			continue
		}
		names = append(names, check)
	}
	return names, why
}

func (a abilities) steady(transport string) (steps []step) {
	names, _ := a.runs()
	for _, check := range names {
		steps = append(steps, step{Check: check, Then: transport})
	}
	return steps
}

// swap begins with polling, which the client leaves for a WebSocket by itself. In each further check the network changes.
func (a abilities) swap() scene {
	round := a.transports()
	s := scene{Name: "swap"}
	for i := len(round) - 1; i >= 0; i-- {
		s.Transports = append(s.Transports, round[i])
	}
	names, _ := a.runs()
	for i, check := range names {
		next := round[i%len(round)]
		s.Steps = append(s.Steps, step{Check: check, Only: next, Then: next})
	}
	if a.WebSocket {
		s.Steps[0].Only = ""
	}
	return s
}

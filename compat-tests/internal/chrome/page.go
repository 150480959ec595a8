// page.go: one page, and what goes wrong in it.

package chrome

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A Page is a tab.
type Page struct {
	line            *line
	target, session string

	mu       sync.Mutex // guards problems
	problems []string
}

// Page opens a tab and goes to the address.
func (f *Profile) Page(t testing.TB, url string) *Page {
	t.Helper()
	p := f.Blank(t)
	p.Go(t, url)
	return p
}

// Blank opens an empty tab.
func (f *Profile) Blank(t testing.TB) *Page {
	t.Helper()
	l := f.browser.line
	var made struct{ TargetID string }
	l.call(t, "", "Target.createTarget", map[string]any{"url": "about:blank", "browserContextId": f.id}, &made)
	var attached struct{ SessionID string }
	l.call(t, "", "Target.attachToTarget", map[string]any{"targetId": made.TargetID, "flatten": true}, &attached)
	p := &Page{line: l, target: made.TargetID, session: attached.SessionID}
	l.listen(p.session, p.event)
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		l.call(t, p.session, domain+".enable", nil, nil)
	}
	return p
}

// event keeps errors: what the page throws and logs, and what the browser does because of it.
func (p *Page) event(method string, params json.RawMessage) {
	var e struct {
		Type             string
		Args             []struct{ Value, Description any }
		Entry            struct{ Level, Text, URL string }
		ExceptionDetails struct {
			Text      string
			Exception struct{ Description string }
		}
		NotRestoredExplanations []struct{ Type, Reason string }
	}
	if json.Unmarshal(params, &e) != nil {
		return // of no event that is read here
	}
	switch {
	case method == "Runtime.exceptionThrown":
		p.problem(e.ExceptionDetails.Text + " " + e.ExceptionDetails.Exception.Description)
	case method == "Runtime.consoleAPICalled" && (e.Type == "error" || e.Type == "assert"):
		p.problem(fmt.Sprint("console: ", e.Args))
	case method == "Log.entryAdded" && e.Entry.Level == "error":
		p.problem(e.Entry.Text + " " + e.Entry.URL)
	case method == "Page.backForwardCacheNotUsed":
		p.problem(fmt.Sprint("not restored from the cache of pages: ", e.NotRestoredExplanations))
	}
}

func (p *Page) problem(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems = append(p.problems, text)
}

// Problems returns the errors since the last call.
func (p *Page) Problems() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	problems := p.problems
	p.problems = nil
	return problems
}

// Go goes to an address, and waits until it is loaded.
func (p *Page) Go(t testing.TB, url string) {
	t.Helper()
	var went struct{ ErrorText string }
	p.line.call(t, p.session, "Page.navigate", map[string]any{"url": url}, &went)
	require.Empty(t, went.ErrorText, url)
	p.Wait(t, patience, `document.readyState == "complete"`)
}

// Close closes the tab.
func (p *Page) Close(t testing.TB) {
	t.Helper()
	p.line.call(t, "", "Target.closeTarget", map[string]any{"targetId": p.target}, nil)
}

// Offline has the page believe that there is no network, and open nothing new. What is open goes on.
func (p *Page) Offline(t testing.TB, offline bool) {
	t.Helper()
	conditions := map[string]any{"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
	p.line.call(t, p.session, "Network.emulateNetworkConditions", conditions, nil)
}

// Eval evaluates an expression in the page, waits if it is a promise, and binds its value to into.
func (p *Page) Eval(t testing.TB, expression string, into any) {
	t.Helper()
	require.NoError(t, p.eval(expression, into), expression)
}

func (p *Page) eval(expression string, into any) error {
	var e struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	params := map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true}
	if err := p.line.ask(p.session, "Runtime.evaluate", params, &e); err != nil {
		return err
	}
	if x := e.ExceptionDetails; x != nil {
		return errors.New(x.Text + " " + x.Exception.Description)
	}
	if into == nil || e.Result.Value == nil {
		return nil
	}
	return json.Unmarshal(e.Result.Value, into)
}

// Wait waits until a condition holds in the page. An error counts as "not yet": the page may be on its way.
func (p *Page) Wait(t testing.TB, limit time.Duration, condition string) {
	t.Helper()
	if !p.Holds(limit, condition) {
		require.Fail(t, "the page does not get there", "not within %v: %s; problems: %v", limit, condition, p.Problems())
	}
}

// Holds is Wait that tells whether it came to hold.
func (p *Page) Holds(limit time.Duration, condition string) bool {
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(limit); ; <-tick.C {
		var holds bool
		if p.eval("!!("+condition+")", &holds) == nil && holds {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}

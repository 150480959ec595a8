// process_test.go: nodes as processes of their own, which can be stopped and killed. official.mjs and nodeproc.mjs are
// the official ones.

package cluster

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/redis"
	"github.com/everwire/everwire/engine"
)

// asNode has the test's binary be a node: the value is what it is told.
const asNode = "EVERWIRE_CLUSTER_NODE"

func TestMain(m *testing.M) {
	if text := os.Getenv(asNode); text != "" {
		if err := serveNode(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	_ = flag.Set("test.parallel", "4") // they mostly wait
	os.Exit(m.Run())
}

// setup is what a node is told.
type setup struct {
	Name     string   `json:"name"`
	Mode     string   `json:"mode"`
	Redis    string   `json:"redis"`    // address
	Sentinel []string `json:"sentinel"` // addresses, instead
	Prefix   string   `json:"prefix"`
	MaxLen   int64    `json:"maxLen"`
	Window   int      `json:"window"` // milliseconds for which clients may come back; 0: not at all
	Port     string   `json:"port"`   // to listen on; "": any
}

func (s *setup) client() goredis.UniversalClient {
	if len(s.Sentinel) > 0 {
		return goredis.NewFailoverClient(&goredis.FailoverOptions{MasterName: "main", SentinelAddrs: s.Sentinel, DisableIdentity: true})
	}
	return goredis.NewClient(&goredis.Options{Addr: s.Redis, DisableIdentity: true})
}

// worker is a node as its process sees it.
type worker struct {
	*everwire.Server
	cluster *redis.Cluster
	refused int // emits that failed
	gaps    atomic.Int64

	mu      sync.Mutex // guards what follows
	sent    int
	halt    chan struct{}
	stopped chan struct{}
}

// serveNode is a node, until its standard input ends or SIGTERM comes.
func serveNode(text string) error {
	var s setup
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	c := redis.Config{Client: s.client(), Prefix: s.Prefix, MaxLen: s.MaxLen}
	for _, mode := range modes {
		if mode.name == s.Mode {
			c.Mode, c.Subscriptions = mode.config.Mode, mode.config.Subscriptions
		}
	}
	cluster, err := redis.New(c)
	if err != nil {
		return err
	}
	w := &worker{cluster: cluster}
	var opener adapter.Opener = cluster
	if s.Mode == "alone" {
		opener = nil
	}
	w.Server, err = everwire.New(everwire.Config{
		Adapter: opener, Recovery: everwire.Recovery{Window: time.Duration(s.Window) * time.Millisecond},
		Observer:     w,
		PingInterval: 500 * time.Millisecond, PingTimeout: 2500 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	w.OnConnect(func(c *everwire.Ctx) error {
		if c.Socket().Recovered() {
			return nil
		}
		nameOf.Set(c.Socket(), "visitor")
		return c.Socket().Join("red")
	})
	l, err := net.Listen("tcp", "127.0.0.1:"+s.Port)
	if err != nil {
		return err
	}
	web := &http.Server{Handler: w.Server}
	go web.Serve(l) // ends with the process
	fmt.Printf("{\"port\": %d}\n", l.Addr().(*net.TCPAddr).Port)
	w.obey(os.Stdin)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(w.Shutdown(ctx), web.Close())
}

// Observe implements [everwire.Observer].
func (w *worker) Observe(e engine.Event) {
	var f adapter.Fault
	if errors.As(e.Err, &f) && f.Kind == adapter.Missed {
		w.gaps.Add(1)
	}
}

// obey does what the lines say, and answers each with one.
func (w *worker) obey(in io.Reader) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var words []json.RawMessage
		var command string
		if json.Unmarshal(lines.Bytes(), &words) != nil || len(words) == 0 || json.Unmarshal(words[0], &command) != nil {
			continue
		}
		var args []any
		for _, word := range words[1:] {
			var v any
			_ = json.Unmarshal(word, &v)
			args = append(args, v)
		}
		value, err := w.run(command, args)
		answer := map[string]any{"value": value}
		if err != nil {
			answer["error"] = err.Error()
		}
		out, _ := json.Marshal(answer)
		fmt.Println(string(out))
	}
}

func (w *worker) run(command string, args []any) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	text := func(i int) string { s, _ := args[i].(string); return s }
	switch command {
	case "all":
		return nil, w.Emit(text(0), args[1:]...)
	case "to":
		return nil, w.To(text(0)).Emit(text(1), args[2:]...)
	case "except":
		return nil, w.Except(text(0)).Emit(text(1), args[2:]...)
	case "socket":
		s, ok := w.Socket(text(0))
		if !ok {
			return nil, errors.New("no such socket")
		}
		return nil, s.Emit(text(1), args[2:]...)
	case "volatile":
		return nil, w.Volatile().Emit(text(0), args[1:]...)
	case "join":
		return nil, w.To(text(0)).Join(text(1))
	case "who":
		return w.who(), nil
	case "count":
		return w.CountSockets(ctx)
	case "call":
		return w.call()
	case "stream":
		w.stream(args[0].(float64))
		return nil, nil
	case "halt":
		close(w.halt)
		<-w.stopped
		return w.sent, nil
	case "sent":
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.sent, nil
	case "stats":
		return report{w.cluster.Stats(), int(w.gaps.Load())}, nil
	}
	return nil, fmt.Errorf("unknown command %q", command)
}

// call asks all clients, and returns how many answered, and what is missing.
func (w *worker) call() (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 12*time.Second)
	defer cancel()
	n, problems := 0, []string{}
	for _, err := range w.Call(ctx, "question", 1) {
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		n++
	}
	return map[string]any{"answers": n, "problem": strings.Join(problems, "; ")}, nil
}

// presence is one socket of a node.
type presence struct {
	ID        string   `json:"id"`
	Recovered bool     `json:"recovered"`
	Rooms     []string `json:"rooms"`
	Name      string   `json:"name"`
}

func (w *worker) who() []presence {
	list := []presence{}
	for _, s := range w.Sockets() {
		name, _ := nameOf.Get(s)
		list = append(list, presence{s.ID(), s.Recovered(), s.Rooms(), name})
	}
	return list
}

// stream sends numbers at that rate a second, to everybody and to a room in turn.
func (w *worker) stream(rate float64) {
	w.halt, w.stopped = make(chan struct{}), make(chan struct{})
	start := time.Now()
	go func() { // ends with halt
		defer close(w.stopped)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-w.halt:
				return
			}
			w.mu.Lock()
			for due := int(time.Since(start).Seconds() * rate); w.sent < due; w.sent++ {
				target := w.To()
				if w.sent%2 == 1 {
					target = w.To("red")
				}
				if target.Emit("m", w.sent) != nil {
					w.refused++
				}
			}
			w.mu.Unlock()
		}
	}()
}

// process is a node as the test sees it.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string // closed when the process has ended
	port  int

	mu sync.Mutex // held for one command
}

// startGo starts a node in Go; startNodeJS an official one. They end with the test.
func startGo(t *testing.T, s setup) *process {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asNode+"="+string(text))
	return startProcess(t, cmd)
}

func startNodeJS(t *testing.T, s setup) *process {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return startProcess(t, exec.Command("node", "nodeproc.mjs", string(text)))
}

func startProcess(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd, lines: make(chan string, 1<<16)}
	p.launch(t)
	var hello struct{ Port int }
	if err := p.read(&hello); err != nil {
		t.Fatalf("%s does not start: %v", strings.Join(cmd.Args, " "), err)
	}
	p.port = hello.Port
	return p
}

// launch starts the process, which ends with the test.
func (p *process) launch(t *testing.T) {
	t.Helper()
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		p.in, err = p.cmd.StdinPipe()
	}
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() { // ends with the process
		defer close(p.lines)
		scanner := bufio.NewScanner(out)
		scanner.Buffer(nil, 4<<20)
		for scanner.Scan() {
			p.lines <- scanner.Text()
		}
	}()
	t.Cleanup(p.kill)
}

func (p *process) address() string { return fmt.Sprint("127.0.0.1:", p.port) }

func (p *process) read(into any) error {
	select {
	case line, ok := <-p.lines:
		if !ok {
			return io.EOF
		}
		return json.Unmarshal([]byte(line), into)
	case <-time.After(patience):
		return errors.New("no answer")
	}
}

// do has the node do something, and stores what it answers.
func (p *process) do(into any, command string, args ...any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	line, err := json.Marshal(append([]any{command}, args...))
	if err != nil {
		return err
	}
	if _, err = p.in.Write(append(line, '\n')); err != nil {
		return err
	}
	var answer struct {
		Value json.RawMessage
		Error string
	}
	if err = p.read(&answer); err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	if answer.Error != "" {
		return fmt.Errorf("%s: %s", command, answer.Error)
	}
	if into == nil || answer.Value == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, into)
}

// kill ends the process as nothing else does.
func (p *process) kill() {
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	p.wait()
}

// end has the process shut down.
func (p *process) end() {
	_ = p.in.Close()
	p.wait()
}

func (p *process) wait() {
	for range p.lines {
	}
	_ = p.cmd.Wait()
}

// recovery.go: connection state recovery: sockets whose stock client has lost its
// connection, and may come back to them with a new session.

package namespace

import (
	"container/list"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/everwire/everwire/engine"
)

// Recovery lets clients that do not resume sessions, such as the official ones, come
// back after they have lost their connection: to their ID, rooms and values, and to
// what they were sent meanwhile. The client is told by its "recovered" whether that
// has worked; where it has, each event arrives once and in order. A zero field
// means its default.
//
// With an adapter that is an [adapter.Recoverer], such as Redis in mode Streams, clients come
// back to any node. Their sockets are not kept then, but saved: rooms, values in their JSON
// form, and the user's ID, which must be the same again. All events but volatile ones and
// those with acknowledgements go through the adapter, those to one socket too, and reach
// clients in one order; who is in a room when an event comes back gets it. What only one
// node sends its own clients ([Target.Local]) is not carried over: a client that may lack
// some of it is not recovered, nor is one whose node has missed something of the others.
// Events of a [Target.Latest] may come twice.
//
// What waits for an acknowledgement is not carried over: calls fail with
// [ErrDisconnected]. Volatile events are not either.
type Recovery struct {
	Window time.Duration // for which a client may come back; 0: it cannot
	Buffer int           // bytes that are kept for one client in a namespace, and as much again while it is away; default and most 1 MiB
	Memory int           // bytes that are kept for all, and as much again for those that are away; default 64 MiB
}

// maxBuffer leaves room for what was missed beside what else waits for a client, 4 MiB
// at most.
const maxBuffer = 1 << 20

func (c *Recovery) setDefaults() error {
	if c.Window < 0 || c.Buffer < 0 || c.Memory < 0 {
		return fmt.Errorf("namespace: Config.Recovery: Window, Buffer and Memory must not be negative: %v, %d, %d", c.Window, c.Buffer, c.Memory)
	}
	if c.Buffer > maxBuffer {
		return fmt.Errorf("namespace: Config.Recovery.Buffer is %d, and may be %d at most: what was missed must fit into what may wait for a client", c.Buffer, maxBuffer)
	}
	if c.Buffer == 0 {
		c.Buffer = maxBuffer
	}
	if c.Memory == 0 {
		c.Memory = 64 << 20
	}
	return nil
}

// Keep returns what the engine has to keep for it.
func (c Recovery) Keep() (engine.Keep, error) {
	if err := c.setDefaults(); err != nil || c.Window == 0 {
		return engine.Keep{}, err
	}
	return engine.Keep{Buffer: c.Buffer, Memory: c.Memory}, nil
}

// recovery is the part of a registry that knows who may come back.
type recovery struct {
	Recovery
	prefix string // of the offsets of this server
	count  atomic.Uint64

	mu      sync.Mutex         // guards what follows
	sockets map[string]*Socket // by pid; whoever takes one out decides about it
	away    list.List          // of sockets, away longest first
	held    map[*engine.Message]int
	bytes   int
}

// secret returns a random name of 20 characters.
func secret() string {
	var b [15]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func newRecovery(c Recovery) *recovery {
	r := &recovery{
		Recovery: c,
		prefix:   secret()[:4],
		sockets:  make(map[string]*Socket),
		held:     make(map[*engine.Message]int),
	}
	// Clients keep the offset that they had from a server before: none may come again.
	r.count.Store(uint64(time.Now().UnixMicro()))
	return r
}

// offset names one more event.
func (r *recovery) offset() string { return r.prefix + strconv.FormatUint(r.count.Add(1), 36) }

// put lets the client of s come back. The caller holds s.mu, and has seen that it may.
func (r *recovery) put(s *Socket) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sockets[s.restore.pid] = s
}

// name gives s its pid, before it is put in.
func (r *recovery) name(s *Socket, pid string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.restore.pid = pid
}

// at returns the socket of that pid in the namespace; nil if it is not there.
func (r *recovery) at(pid string, n *Namespace) *Socket {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.sockets[pid]; s != nil && s.namespace == n {
		return s
	}
	return nil
}

// take takes out the socket of that pid in the namespace; nil if it is not there.
func (r *recovery) take(pid string, n *Namespace) *Socket {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sockets[pid]
	if s == nil || s.namespace != n {
		return nil
	}
	delete(r.sockets, pid)
	return s
}

// pid returns the private ID of s.
func (r *recovery) pid(s *Socket) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return s.restore.pid
}

// owns takes s out, and reports whether it was there.
func (r *recovery) owns(s *Socket) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	ok := r.sockets[s.restore.pid] == s
	if ok {
		delete(r.sockets, s.restore.pid)
	}
	return ok
}

// awaySize is what a socket that is away counts for beside what the client has sent
// with its handshake, and the messages that are kept.
const awaySize = 2 << 10

// hold counts messages that are kept for a socket that is away.
func (r *recovery) hold(s *Socket, messages ...*engine.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.restore.place == nil {
		s.restore.place = r.away.PushBack(s)
		r.bytes += s.awaySize()
	}
	for _, m := range messages {
		if r.held[m]++; r.held[m] == 1 {
			r.bytes += m.Size()
		}
	}
}

func (s *Socket) awaySize() int { return awaySize + s.handshake.size + s.handshake.request.Size() }

// settle ends the waiting for those that are away longest, if too much is kept. One that
// is being claimed is left alone.
func (r *recovery) settle() {
	for s := r.surplus(); s != nil; s = r.surplus() {
		s.expire()
	}
}

func (r *recovery) surplus() *Socket {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bytes <= r.Memory {
		return nil
	}
	for e := r.away.Front(); e != nil; e = e.Next() {
		if s := e.Value.(*Socket); r.sockets[s.restore.pid] == s {
			return s
		}
	}
	return nil
}

// drop undoes hold, for one message.
func (r *recovery) drop(m *engine.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dropLocked(m)
}

func (r *recovery) dropLocked(m *engine.Message) {
	if r.held[m]--; r.held[m] == 0 {
		delete(r.held, m)
		r.bytes -= m.Size()
	}
}

// release undoes hold, for all of a socket's messages.
func (r *recovery) release(s *Socket, messages []*engine.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.restore.place != nil {
		r.away.Remove(s.restore.place)
		s.restore.place = nil
		r.bytes -= s.awaySize()
	}
	for _, m := range messages {
		r.dropLocked(m)
	}
}

// close lets nobody come back any more.
func (r *recovery) close() {
	r.mu.Lock()
	all := make([]*Socket, 0, len(r.sockets))
	for _, s := range r.sockets {
		all = append(all, s)
	}
	clear(r.sockets)
	r.mu.Unlock()
	for _, s := range all {
		s.forgo()
	}
}

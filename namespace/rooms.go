// rooms.go: who is in which room of a namespace.

package namespace

import (
	"slices"
	"sync"
)

// room is a set of sockets that can be walked fast and left without a search: each
// member knows its place. Guarded by index.mu.
type room struct {
	name    string
	members []*Socket
}

// membership is a socket's place in a room. Guarded by index.mu.
type membership struct {
	room *room
	at   int32
}

// index holds the rooms of a namespace on this node. A room exists while it has
// members.
type index struct {
	mu      sync.RWMutex // guards what follows, and memberships and left of every socket
	all     room         // every socket
	rooms   map[string]*room
	sockets map[string]*Socket
	watch   watch
}

func (x *index) init(n *Namespace) {
	x.watch.namespace = n
	x.rooms = make(map[string]*room)
	x.sockets = make(map[string]*Socket)
}

// add brings a socket in; false if it has left already.
func (x *index) add(s *Socket) bool {
	defer x.watch.tell()
	x.mu.Lock()
	defer x.mu.Unlock()
	if s.left {
		return false
	}
	s.entered = true
	x.sockets[s.id] = s
	x.enterLocked(&x.all, s)
	x.watch.note(ownCreated, s.id, s.id)
	return true
}

// rename changes the ID of a socket that is not in.
func (x *index) rename(s *Socket, id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	s.id = id
}

// replace brings a socket in, in the place of another of the same ID and in all rooms
// of that; false if it has left already.
func (x *index) replace(old, s *Socket) bool {
	defer x.watch.tell()
	x.mu.Lock()
	defer x.mu.Unlock()
	if s.left {
		return false
	}
	old.keepRoomsLocked(x)
	for _, m := range old.memberships {
		if s.membershipLocked(m.room) >= 0 {
			x.exitLocked(m) // its own middlewares have had it join
			continue
		}
		m.room.members[m.at] = s
		s.memberships = append(s.memberships, m)
	}
	old.left, old.memberships = true, nil
	if s.membershipLocked(&x.all) < 0 {
		x.enterLocked(&x.all, s)
	}
	s.entered = true
	x.sockets[s.id] = s
	return true
}

// remove takes a socket out of all rooms, and keeps it from joining others.
func (x *index) remove(s *Socket) {
	defer x.watch.tell()
	x.mu.Lock()
	defer x.mu.Unlock()
	s.left = true
	if x.sockets[s.id] == s {
		delete(x.sockets, s.id)
		x.watch.note(ownDeleted, s.id, s.id)
	}
	s.keepRoomsLocked(x)
	for i := range s.memberships {
		x.exitLocked(s.memberships[i])
	}
	s.memberships = nil
}

// keepRoomsLocked notes which rooms s is in before it leaves all of them.
func (s *Socket) keepRoomsLocked(x *index) {
	if names := s.roomsLocked(x); len(names) > 0 {
		s.lastRooms = &names
	}
}

func (s *Socket) roomsLocked(x *index) (names []string) {
	for _, m := range s.memberships {
		if m.room != &x.all {
			names = append(names, m.room.name)
		}
	}
	return names
}

func (x *index) join(s *Socket, names []string) error {
	defer x.watch.tell()
	x.mu.Lock()
	defer x.mu.Unlock()
	if s.left {
		return ErrDisconnected
	}
	for _, name := range names {
		r := x.rooms[name]
		if r == nil {
			r = &room{name: name}
			x.rooms[name] = r
			x.watch.note(RoomCreated, name, "")
		}
		if s.membershipLocked(r) < 0 {
			x.enterLocked(r, s)
			x.watch.note(RoomJoined, name, s.id)
		}
	}
	return nil
}

func (x *index) leave(s *Socket, names []string) error {
	defer x.watch.tell()
	x.mu.Lock()
	defer x.mu.Unlock()
	if s.left {
		return ErrDisconnected
	}
	for _, name := range names {
		if i := s.membershipLocked(x.rooms[name]); i >= 0 {
			x.exitLocked(s.memberships[i])
			s.memberships = slices.Delete(s.memberships, i, i+1)
		}
	}
	return nil
}

func (x *index) enterLocked(r *room, s *Socket) {
	s.memberships = append(s.memberships, membership{r, int32(len(r.members))})
	r.members = append(r.members, s)
}

// exitLocked fills the place of a member with the last one.
func (x *index) exitLocked(m membership) {
	r, last := m.room, len(m.room.members)-1
	moved := r.members[last]
	if r != &x.all {
		x.watch.note(RoomLeft, r.name, r.members[m.at].id)
	}
	r.members[m.at] = moved
	moved.memberships[moved.membershipLocked(r)].at = m.at
	r.members[last] = nil
	r.members = r.members[:last]
	if last == 0 && r != &x.all {
		delete(x.rooms, r.name)
		x.watch.note(RoomDeleted, r.name, "")
	} else if c := cap(r.members); c > 64 && last < c/4 {
		r.members = slices.Clip(slices.Clone(r.members))
	}
}

// membershipLocked returns where s keeps its membership of r, or -1.
func (s *Socket) membershipLocked(r *room) int {
	for i := range s.memberships {
		if s.memberships[i].room == r {
			return i
		}
	}
	return -1
}

func (x *index) in(s *Socket, name string) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if s.left {
		return s.id == name || s.lastRooms != nil && slices.Contains(*s.lastRooms, name)
	}
	r := x.rooms[name]
	return s.id == name || r != nil && s.membershipLocked(r) >= 0
}

func (x *index) roomsOf(s *Socket) []string {
	x.mu.RLock()
	defer x.mu.RUnlock()
	switch {
	case !s.left:
		return s.roomsLocked(x)
	case s.lastRooms != nil:
		return slices.Clone(*s.lastRooms)
	}
	return nil
}

// exists tells whether the room has a member.
func (x *index) exists(name string) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.rooms[name] != nil || x.sockets[name] != nil
}

func (x *index) get(id string) (*Socket, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	s, ok := x.sockets[id]
	return s, ok && !s.gone.Load()
}

// selected appends to list the sockets in any of rooms, or all if there are none,
// without those in any of except. The snapshot is taken under the lock and used
// outside it.
func (x *index) selected(list []*Socket, rooms, except []string) []*Socket {
	x.mu.RLock()
	defer x.mu.RUnlock()
	switch len(rooms) {
	case 0:
		list = append(list, x.all.members...)
	case 1:
		list = x.appendRoomLocked(list, rooms[0])
	default:
		list = x.appendUnionLocked(list, rooms)
	}
	if len(except) == 0 {
		return list
	}
	return slices.DeleteFunc(list, x.lookupLocked(except).has)
}

// present is selected without the sockets that have ended.
func (x *index) present(list []*Socket, rooms, except []string) []*Socket {
	return slices.DeleteFunc(x.selected(list, rooms, except), func(s *Socket) bool { return s.gone.Load() })
}

// appendRoomLocked appends the members of a room. A socket's ID is a room too, and
// costs nothing as long as nobody joins a room of that name.
func (x *index) appendRoomLocked(list []*Socket, name string) []*Socket {
	r, s := x.rooms[name], x.sockets[name]
	if r != nil {
		from := len(list)
		list = append(list, r.members...)
		rest := slices.DeleteFunc(list[from:], func(s *Socket) bool { return !s.entered })
		list = list[:from+len(rest)]
	}
	if s != nil && s.membershipLocked(r) < 0 {
		list = append(list, s)
	}
	return list
}

// appendUnionLocked appends the members of several rooms, each once: a socket was
// there before if it is in a room that stands before this one.
func (x *index) appendUnionLocked(list []*Socket, names []string) []*Socket {
	for i, name := range names {
		from, before := len(list), x.lookupLocked(names[:i])
		list = x.appendRoomLocked(list, name)
		fresh := slices.DeleteFunc(list[from:], before.has)
		list = list[:from+len(fresh)]
	}
	return list
}

// union is a set of rooms that has been looked up once, not for each socket.
type union struct {
	names []string // a socket's ID is a room too
	rooms []*room
}

func (x *index) lookupLocked(names []string) union {
	u := union{names: names}
	for _, name := range names {
		if r := x.rooms[name]; r != nil {
			u.rooms = append(u.rooms, r)
		}
	}
	return u
}

func (u union) has(s *Socket) bool {
	for _, r := range u.rooms {
		if s.membershipLocked(r) >= 0 {
			return true
		}
	}
	return slices.Contains(u.names, s.id)
}

// store.go: what was said, in SQLite, so that it is still there after a restart.

package app

import (
	"database/sql"
	"errors"
	"slices"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite", in pure Go
)

// A store keeps rooms and messages in a file. Its methods may be called concurrently;
// what they return has happened on the disk.
type store struct{ db *sql.DB }

const schema = `
PRAGMA busy_timeout = 5000; -- milliseconds, for another program on the same file
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS rooms (
	name   TEXT PRIMARY KEY,
	about  TEXT NOT NULL,
	opened INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS messages (
	id        INTEGER PRIMARY KEY,
	room      TEXT NOT NULL,
	key       TEXT NOT NULL,
	author    TEXT NOT NULL,
	name      TEXT NOT NULL, -- of the author, then
	text      TEXT NOT NULL,
	delivered INTEGER NOT NULL DEFAULT 0,
	UNIQUE (author, key)
);
CREATE INDEX IF NOT EXISTS messages_of_rooms ON messages (room, id);`

func openStore(path string) (*store, error) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // SQLite has one writer, and the settings are those of a connection
	if _, err := db.Exec(schema); err != nil {
		db.Close()
		return nil, err
	}
	return &store{db}, nil
}

func (s *store) close() error { return s.db.Close() }

// addRoom notes a room; one that is there already stays as it is.
func (s *store) addRoom(r Room) error {
	_, err := s.db.Exec(`INSERT INTO rooms VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, r.Name, r.About, r.Rev)
	return err
}

// rooms returns the rooms in which something was said, in the order in which they were
// opened.
func (s *store) rooms() ([]Room, error) {
	return query(s, func(r *Room) []any { return []any{&r.Name, &r.About} },
		`SELECT name, about FROM rooms WHERE name IN (SELECT room FROM messages) ORDER BY opened`)
}

// message is what addMessage and messages read.
const message = `id, room, key, author, name, text, delivered`

func fieldsOf(m *Message) []any {
	return []any{&m.ID, &m.Room, &m.Key, &m.From.ID, &m.From.Name, &m.Text, &m.Delivered}
}

// addMessage keeps a message under an id of its own: the time in microseconds, or a little
// more, so that it is higher than all before. It reports whether the message is news: of a
// draft that its author sends a second time it returns what the first has become.
func (s *store) addMessage(m Message) (kept Message, news bool, err error) {
	row := s.db.QueryRow(`INSERT INTO messages (`+message+`)
		VALUES (MAX(?, (SELECT COALESCE(MAX(id), 0) + 1 FROM messages)), ?, ?, ?, ?, ?, 0)
		ON CONFLICT (author, key) DO NOTHING RETURNING `+message,
		time.Now().UnixMicro(), m.Room, m.Key, m.From.ID, m.From.Name, m.Text)
	err = row.Scan(fieldsOf(&kept)...)
	if !errors.Is(err, sql.ErrNoRows) {
		return kept, true, err
	}
	row = s.db.QueryRow(`SELECT `+message+` FROM messages WHERE author = ? AND key = ?`, m.From.ID, m.Key)
	err = row.Scan(fieldsOf(&kept)...)
	return kept, false, err
}

// messages returns the last n messages of a room, oldest first.
func (s *store) messages(room string, n int) ([]Message, error) {
	all, err := query(s, fieldsOf, `SELECT `+message+` FROM messages WHERE room = ? ORDER BY id DESC LIMIT ?`, room, n)
	slices.Reverse(all)
	return all, err
}

// deliver notes that somebody's page has all messages of a room up to one, and returns
// those of others that reached nobody before.
func (s *store) deliver(room, who string, upTo int64) ([]int64, error) {
	ids, err := query(s, func(id *int64) []any { return []any{id} },
		`UPDATE messages SET delivered = 1 WHERE room = ? AND author <> ? AND id <= ? AND NOT delivered RETURNING id`,
		room, who, upTo)
	slices.Sort(ids)
	return ids, err
}

// query returns the rows of a query, each scanned into the fields of a T.
func query[T any](s *store, fields func(*T) []any, text string, args ...any) ([]T, error) {
	rows, err := s.db.Query(text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []T{}
	for rows.Next() {
		var t T
		if err := rows.Scan(fields(&t)...); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, rows.Err()
}

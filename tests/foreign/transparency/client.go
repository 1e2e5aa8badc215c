// A client that knows nothing of Zona: golang.org/x/mod/sumdb reads a copied log, as Go's own checksum database is read.
//
//	client FOLDER VKEY
//
// It opens the checkpoint by the key, reads tiles (each is checked against the signed root as it is read), proves every
// entry of every bundle, and every smaller tree against the whole. The last line is JSON.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type folder string

func (f folder) Height() int { return height }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles reads the tiles under the names of C2SP tlog-tiles, which leave the height out.
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range tiles {
		name := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), name))
		if err != nil {
			return nil, err
		}
		read = append(read, data)
	}
	return read, nil
}

// bundle gives the entries of bundle n of a log of the given size.
func (f folder) bundle(n, size int64) ([][]byte, error) {
	tile := tlog.Tile{H: height, L: 0, N: n, W: 256}
	if rest := size - n*256; rest < 256 {
		tile.W = int(rest)
	}
	name := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(string(f), name))
	var entries [][]byte
	for err == nil && len(data) > 0 {
		length := int(binary.BigEndian.Uint16(data))
		entries, data = append(entries, data[2:2+length]), data[2+length:]
	}
	return entries, err
}

func main() {
	if err := run(folder(os.Args[1]), os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(log folder, vkey string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(filepath.Join(string(log), "checkpoint"))
	if err != nil {
		return err
	}
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	tree, origin, err := checkpoint(opened.Text)
	if err != nil {
		return err
	}
	if origin != verifier.Name() {
		return fmt.Errorf("the checkpoint is of %s, the key of %s", origin, verifier.Name())
	}
	reader := tlog.TileHashReader(tree, log)
	entries, err := proveEntries(log, tree, reader)
	if err != nil {
		return err
	}
	trees, err := proveTrees(tree, reader)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]interface{}{
		"origin": origin, "size": tree.N, "entries": entries, "trees": trees,
	})
}

func checkpoint(text string) (tlog.Tree, string, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 {
		return tlog.Tree{}, "", fmt.Errorf("no checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, "", err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree, lines[0], err
}

func proveEntries(log folder, tree tlog.Tree, reader tlog.HashReader) (int64, error) {
	index := int64(0)
	for n := int64(0); n*256 < tree.N; n++ {
		entries, err := log.bundle(n, tree.N)
		if err != nil {
			return index, err
		}
		for _, entry := range entries {
			proof, err := tlog.ProveRecord(tree.N, index, reader)
			if err == nil {
				err = tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
			}
			if err != nil {
				return index, fmt.Errorf("entry %d: %v", index, err)
			}
			index++
		}
	}
	return index, nil
}

func proveTrees(tree tlog.Tree, reader tlog.HashReader) (int64, error) {
	for old := int64(1); old <= tree.N; old++ {
		hash, err := tlog.TreeHash(old, reader)
		if err != nil {
			return old, err
		}
		proof, err := tlog.ProveTree(tree.N, old, reader)
		if err == nil {
			err = tlog.CheckTree(proof, tree.N, tree.Hash, old, hash)
		}
		if err != nil {
			return old, fmt.Errorf("tree of %d: %v", old, err)
		}
	}
	return tree.N, nil
}

// Package noisekeys writes the Noise keys of your own whatsmeow clients to a key log that ringtrace reads. Copy it into your
// program and start it before the client connects:
//
//	err := noisekeys.Log("test.noisekeys-private.txt", client.Store.NoiseKey.Priv[:])
//
// Go lets a program replace the source of random bytes, from which whatsmeow takes the ephemeral key of each connection. All
// reads of 32 bytes are logged, since one of them was that key: the others open nothing, and ringtrace passes over them. A line
// holds the static private key, with which the linked device signs in.
package noisekeys

import (
	"crypto/ecdh"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"sync"
)

// Log appends a WA_NOISE_XX line to the file at path for each key that may be the ephemeral one, from now until the program
// ends. Only you can read the file.
func Log(path string, static []byte) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	rand.Reader = &reader{source: rand.Reader, file: file, static: static}
	return nil
}

type reader struct {
	mutex  sync.Mutex
	source io.Reader
	file   io.Writer
	static []byte
}

func (r *reader) Read(bytes []byte) (int, error) {
	count, err := r.source.Read(bytes)
	if count != 32 {
		return count, err
	}
	// An X25519 key clamps these bytes itself.
	key, invalid := ecdh.X25519().NewPrivateKey(bytes)
	if invalid != nil {
		return count, err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	_, failed := fmt.Fprintf(r.file, "WA_NOISE_XX %x %x %x\n", key.PublicKey().Bytes(), bytes, r.static)
	if failed != nil {
		fmt.Fprintln(os.Stderr, "no key was logged:", failed)
	}
	return count, err
}

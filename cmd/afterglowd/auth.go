package main

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/credential"
	"afterglow/proxy/upstream"
)

// authCommand is "auth". sites are where sign-ins lead, for tests.
func authCommand(set *proxy.Setup, sites upstream.Sites) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "auth",
		Short: "Sign in to vendors and store API keys outside the configuration",
		Long: `Sign in to vendors and store API keys outside the configuration. They are stored in the system keyring. If
there is none, they are stored in a file in the state folder that only you can read. A running instance
notices the change by itself.`,
	}
	cmd.AddCommand(authLogin(set, sites), authStatus(set), authLogout(set))
	return cmd
}

func authLogin(set *proxy.Setup, sites upstream.Sites) *cobra.Command {
	return &cobra.Command{
		Use:   "login github|google|VENDOR",
		Short: "Sign in with GitHub or Google, or store the key of a vendor that has key = \"keyring\"",
		Long: `Sign in with GitHub (for GitHub Copilot) or Google (for Google Antigravity), or store the key of a vendor
that has key = "keyring" in the configuration. The key is read from the terminal or from standard input.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			store, conf, err := credentials(set)
			if err != nil {
				return err
			}
			if v, ok := named(conf, args[0]); ok && v.Keyring && !v.SignsIn() {
				return storeKey(cmd, store, v.Name)
			}
			v, err := signsIn(conf, args[0])
			if err != nil {
				return err
			}
			return login(cmd, store, v, sites)
		},
	}
}

// login signs in to a vendor's provider.
func login(cmd *cobra.Command, store *credential.Store, row config.Vendor, sites upstream.Sites) error {
	keeper := credential.NewKeeper(store, func() {}, slog.New(slog.DiscardHandler))
	v, err := upstream.NewWith(upstream.Accounts{Keeper: keeper, Sites: sites}, row, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer v.Close()
	flow := v.Flow()
	if flow == nil {
		return fmt.Errorf("%s: %s", row.Name, v.Missing())
	}
	out := cmd.OutOrStdout()
	token, err := flow(cmd.Context(), func(p credential.Prompt) {
		fmt.Fprintf(out, "Open %s\n", p.URL)
		if p.Code != "" {
			fmt.Fprintf(out, "and enter the code %s\n", p.Code)
		}
	})
	if err != nil {
		return err
	}
	if err := store.Set(v.Provider(), token); err != nil {
		return err
	}
	fmt.Fprintf(out, "Signed in. The sign-in is stored in %s.\n", store.Place())
	return nil
}

func storeKey(cmd *cobra.Command, store *credential.Store, name string) error {
	key, err := readKey(cmd, name)
	if err != nil {
		return err
	}
	if err := store.Set(credential.KeyName(name), credential.Token{Access: key}); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "The key of %s is stored in %s.\n", name, store.Place())
	return nil
}

func authStatus(set *proxy.Setup) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show which vendors have a key or a sign-in",
		Long: `Show which vendors of the configuration have a key or a sign-in. With --json it prints
{"place":"…","vendors":[{"vendor":"…","credential":"…"}]}.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			store, conf, err := credentials(set)
			if err != nil {
				return err
			}
			table, list := cli.NewTable("VENDOR", "CREDENTIAL"), []map[string]string{}
			for _, v := range conf.Vendors {
				words, _ := standing(store, v)
				table.Row(v.Name, words)
				list = append(list, map[string]string{"vendor": v.Name, "credential": words})
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), map[string]any{"place": store.Place(), "vendors": list})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Credentials are stored in %s.\n", store.Place())
			_, err = table.WriteTo(cmd.OutOrStdout())
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// standing says what a vendor is called with, and whether Afterglow has it.
func standing(store *credential.Store, v config.Vendor) (words string, has bool) {
	name, login := credential.KeyName(v.Name), v.Name
	if v.SignsIn() {
		name = credential.ProviderOf(v.Auth)
		login = name
	}
	if v.Key != "" || !v.Keyring && !v.SignsIn() || v.SignsIn() && v.KeyVar != "" {
		return keyState(v)
	}
	switch _, err := store.Get(name); {
	case errors.Is(err, credential.ErrNone):
		return "none: run afterglowd auth login " + login, false
	case err != nil:
		return err.Error(), false
	case v.SignsIn():
		return "signed in with " + name, true
	}
	return "stored", true
}

func authLogout(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   "logout github|google|VENDOR",
		Short: "Delete a sign-in or a stored key",
		Long: `Delete a sign-in or a stored key. A running instance signs out at once. It continues to use a stored key
until it is restarted.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			store, conf, err := credentials(set)
			if err != nil {
				return err
			}
			name, stored, provider := args[0], credential.KeyName(args[0]), ""
			if v, ok := named(conf, name); !ok || !v.Keyring || v.SignsIn() {
				v, err := signsIn(conf, name)
				if err != nil {
					return err
				}
				name = credential.ProviderOf(v.Auth)
				provider, stored = name, name
			}
			if err := store.Delete(stored); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "The credentials of %s were deleted.\n", name)
			return r.signOut(cmd, provider)
		},
	}
	r.addressFlag(cmd)
	return cmd
}

// credentials opens the store and reads the configuration.
func credentials(set *proxy.Setup) (*credential.Store, config.Config, error) {
	_, conf, err := set.Load()
	if err != nil {
		return nil, conf, err
	}
	dir, err := set.StateDir()
	if err != nil {
		return nil, conf, err
	}
	return credential.Open(dir), conf, nil
}

func named(conf config.Config, name string) (config.Vendor, bool) {
	for _, v := range conf.Vendors {
		if v.Name == name {
			return v, true
		}
	}
	return config.Vendor{}, false
}

// signsIn is the vendor that a name means: its own, or its provider's.
func signsIn(conf config.Config, name string) (config.Vendor, error) {
	for _, v := range conf.Vendors {
		if v.SignsIn() && (v.Name == name || credential.ProviderOf(v.Auth) == name) {
			return v, nil
		}
	}
	if _, ok := named(conf, name); ok {
		return config.Vendor{}, fmt.Errorf(`%s: this vendor does not use sign-in, and its key is not stored in the keyring. Set key = "keyring" first`, name)
	}
	return config.Vendor{}, fmt.Errorf("%s: expected github, google, or the name of a vendor in the chain", name)
}

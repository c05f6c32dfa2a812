# Varnish as a cache in front of convene, tested with 7.1: /etc/varnish/default.vcl
# Start varnishd with `-p http_gzip_support=off`: convene compresses each response itself, and Varnish
# would weaken its ETag.
vcl 4.1;

import std;

backend default {
    .host = "127.0.0.1";
    .port = "8080";
    .connect_timeout = 2s;
    .first_byte_timeout = 10s;
    .probe = {
        .url = "/robots.txt";
        .interval = 5s;
        .timeout = 2s;
        .window = 3;
        .threshold = 2;
        .initial = 2;
    }
}

sub vcl_recv {
    # No response depends on the client. A cookie of the same domain would only prevent caching.
    unset req.http.Cookie;
    unset req.http.Authorization;
    # Store one response for each set of content codings that clients accept, however they write Accept-Encoding.
    set req.http.X-Codings = "";
    if (req.http.Accept-Encoding ~ "(?i)\bbr\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))") {
        set req.http.X-Codings = "br, ";
    }
    if (req.http.Accept-Encoding ~ "(?i)\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))") {
        set req.http.X-Codings = req.http.X-Codings + "gzip";
    }
    set req.http.Accept-Encoding = req.http.X-Codings;
    unset req.http.X-Codings;
    if (req.restarts == 0) {
        # Set here, so that no client can choose it.
        unset req.http.X-Away;
        if (std.healthy(req.backend_hint)) {
            # While convene responds, no client gets a response older than its stale-while-revalidate.
            if (req.url ~ "\.ics($|\?)") {
                set req.grace = 1h;
            } else {
                set req.grace = 10s;
            }
        }
    }
}

sub vcl_hash {
    # Neither the query nor the host changes a response.
    hash_data(regsub(req.url, "\?.*$", ""));
    return (lookup);
}

sub vcl_backend_response {
    if (beresp.status >= 500) {
        if (bereq.is_bgfetch) {
            return (abandon);
        }
        set beresp.uncacheable = true;
        return (deliver);
    }
    if (beresp.http.Cache-Control !~ "no-store") {
        # Stored beyond its freshness lifetime: to validate it by its ETag, and for a week while convene is down.
        set beresp.grace = 7d;
    }
}

sub vcl_deliver {
    if (resp.status >= 500 && req.restarts == 0 && req.http.X-Away != "yes") {
        # convene has just gone down: serve the stored response after all.
        set req.http.X-Away = "yes";
        set req.grace = 7d;
        return (restart);
    }
    set resp.http.X-Cache-Hits = obj.hits;
    unset resp.http.Via;
    unset resp.http.X-Varnish;
}

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# The images: three applications on one base, Apache with PHP as Debian has them, or busybox's httpd.
# Each tells its name, its version and its container. Sourced by demo-article.

applications="web app1 app2"
built_images=''
cache=${XDG_CACHE_HOME:-$HOME/.cache}/fairlead

images_make() {
    local application
    title "Images"
    "make_base_$kind"
    for application in $applications; do
        build_image "$application" 1
    done
    build_image web 2
}

# build_image APPLICATION VERSION
build_image() {
    local folder=$work/image-$1-$2
    mkdir -p "$folder/www/$1"
    "page_$kind" "$1" "$2" >"$folder/www/index.php"
    cp "$folder/www/index.php" "$folder/www/$1/index.php"
    "dockerfile_$kind" >"$folder/Dockerfile"
    docker build -q -t "article-$1:$2" "$folder" >"$work/docker-build.log" 2>&1 ||
        give_up "docker build: $(cat "$work/docker-build.log")"
    built_images="$built_images article-$1:$2"
}

# --- Apache and PHP

make_base_apache() {
    local tar=$cache/apache-php.tar
    if [ ! -s "$tar" ]; then
        [ "$(id -u)" = 0 ] || give_up "debootstrap must run as root: run this once as root, or use --small"
        command -v debootstrap >/dev/null || give_up "there is no debootstrap"
        say "Apache and PHP are installed by debootstrap (a minute or two, once)"
        mkdir -p "$cache"
        debootstrap --variant=minbase --include=apache2,libapache2-mod-php stable "$work/rootfs" \
            >"$work/debootstrap.log" 2>&1 || give_up "debootstrap: $(tail -n 5 "$work/debootstrap.log")"
        rm -rf "$work"/rootfs/var/cache/apt/archives/*.deb "$work"/rootfs/var/lib/apt/lists/* "$work/rootfs/var/www/html/index.html"
        tar -C "$work/rootfs" -cf "$tar.new" --one-file-system .
        mv "$tar.new" "$tar"
        rm -rf "$work/rootfs"
    fi
    docker import "$tar" article-base >/dev/null || give_up "docker import fails"
    built_images="$built_images article-base"
}

page_apache() {
    printf '<?php header("Content-Type: text/plain"); echo "%s %s ", gethostname(), "\\n";\n' "$1" "$2"
}

dockerfile_apache() {
    cat <<'END'
FROM article-base
COPY www/ /var/www/html/
EXPOSE 80
CMD ["/bin/sh", "-c", ". /etc/apache2/envvars && mkdir -p $APACHE_RUN_DIR $APACHE_LOCK_DIR && exec apache2 -D FOREGROUND"]
END
}

# --- busybox, and the libraries that it needs

make_base_busybox() {
    local program folder=$work/busybox
    program=$(command -v busybox) || give_up "there is no busybox"
    mkdir -p "$folder/bin" "$folder/tmp"
    cp -L "$program" "$folder/bin/busybox"
    { ldd "$program" 2>/dev/null || true; } | grep -o '/[^ ]*' | while read -r library; do
        mkdir -p "$folder$(dirname "$library")"
        cp -L "$library" "$folder$library"
    done
    ln -s busybox "$folder/bin/sh"
    cat >"$folder/start" <<'END'
#!/bin/sh
trap 'exit 0' TERM
for page in /www/index.php /www/*/index.php; do
    busybox sed -i "s/\$HOST/$(busybox hostname)/" "$page"
    busybox cp "$page" "${page%.php}.html"
done
busybox httpd -f -p 80 -h /www &
wait
END
    chmod 755 "$folder/start"
    tar -C "$folder" -c . | docker import - article-base >/dev/null || give_up "docker import fails"
    built_images="$built_images article-base"
}

page_busybox() {
    printf '%s %s $HOST\n' "$1" "$2"
}

dockerfile_busybox() {
    cat <<'END'
FROM article-base
COPY www/ /www/
EXPOSE 80
CMD ["/start"]
END
}

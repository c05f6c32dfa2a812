//! A cache of rendered resources, bounded in bytes. The cache belongs to one edition and ends with that edition.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use quick_cache::sync::{Cache as QuickCache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use super::resource::Resource;

/// The capacity of a cache in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheSize(pub u64);

impl Default for CacheSize {
    /// Returns 32 MiB, which is about 1,500 pages.
    fn default() -> Self {
        Self(32 << 20)
    }
}

/// The size of a typical resource, which sizes the cache's own table.
const TYPICAL: u64 = 16 << 10;
/// The number of bytes of a resource in addition to its bodies: its headers, twice.
const OVERHEAD: u64 = 2 << 10;

/// The resources by path.
pub(super) struct Cache(QuickCache<String, Arc<Resource>, Bytes>);

/// Weighs a resource: the bytes that it takes after a request in each of its codings.
#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<String, Arc<Resource>> for Bytes {
    fn weight(&self, path: &String, resource: &Arc<Resource>) -> u64 {
        path.len() as u64 + OVERHEAD + resource.weight()
    }
}

impl Cache {
    pub(super) fn new(CacheSize(bytes): CacheSize) -> Self {
        let items = usize::try_from(bytes / TYPICAL).unwrap_or(usize::MAX).max(1);
        let options = OptionsBuilder::new()
            // Each shard has its share of the bytes, and the largest resource has to fit into one.
            .shards(1)
            .estimated_items_capacity(items)
            .weight_capacity(bytes)
            .build()
            .expect("both capacities are given");
        let hasher = DefaultHashBuilder::default();
        Self(QuickCache::with_options(options, Bytes, hasher, DefaultLifecycle::default()))
    }

    /// Returns the resource of a path, and makes it if needed. One of several concurrent callers makes it, and the
    /// others wait.
    pub(super) fn get_or_make(
        &self,
        path: &str,
        make: impl FnOnce() -> Arc<Resource>,
    ) -> Arc<Resource> {
        let made = self.0.get_or_insert_with::<_, Infallible>(path, || Ok(make()));
        made.unwrap_or_else(|never| match never {})
    }

    /// Returns the resource of a path, if the cache has it.
    pub(super) fn get(&self, path: &str) -> Option<Arc<Resource>> {
        self.0.get(path)
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("bytes", &self.0.weight()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Kind};

    const CAPACITY: u64 = 1 << 20;

    /// Returns how many of 200 pages with bodies of a size are kept after all were made.
    fn kept(size: usize) -> usize {
        let cache = Cache::new(CacheSize(CAPACITY));
        let path = |n: usize| format!("/{n}");
        for n in 0..200 {
            let document = Document::new(path(n), Kind::Page, vec![b'x'; size]);
            let resource = Arc::new(Resource::of(document, Vec::new()));
            let made = cache.get_or_make(&path(n), || Arc::clone(&resource));
            assert!(Arc::ptr_eq(&made, &resource), "{n}");
            assert!(cache.0.weight() <= CAPACITY, "{n}: {}", cache.0.weight());
        }
        (0..200).filter(|n| cache.get(&path(*n)).is_some()).count()
    }

    #[test]
    fn a_cache_keeps_as_many_resources_as_fit_into_its_bytes() {
        assert_eq!(kept(2 << 10), 200, "4 KiB each with the headers: 800 KiB");
        let kept = kept(30 << 10);
        assert!((16..=32).contains(&kept), "{kept} of 32 KiB each in 1 MiB");
    }

    #[test]
    fn a_resource_too_large_for_the_cache_is_served_and_not_kept() {
        assert_eq!(kept(2 << 20), 0);
    }
}

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Rows by key, which remembers what changed since it was last written to the journal.
#[derive(Debug)]
pub(crate) struct Table<K, V> {
    rows: BTreeMap<K, V>,
    changed: BTreeSet<K>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }
}

/// One line of the journal: the row as it is now, or that it is gone.
#[derive(Serialize)]
struct Line<'a, K, V> {
    table: &'static str,
    key: &'a K,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<&'a V>,
}

impl<K: Ord + Clone, V> Table<K, V> {
    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.rows.get(key)
    }

    /// A row to change; it counts as changed whatever happens to it.
    pub(crate) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        if !self.changed.contains(key) {
            let (key, _) = self.rows.get_key_value(key)?;
            self.changed.insert(key.clone());
        }
        self.rows.get_mut(key)
    }

    /// A row to change, made when it is not there.
    pub(crate) fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        if !self.changed.contains(&key) {
            self.changed.insert(key.clone());
        }
        self.rows.entry(key).or_default()
    }

    pub(crate) fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.rows.contains_key(key)
    }

    pub(crate) fn insert(&mut self, key: K, row: V) -> Option<V> {
        self.changed.insert(key.clone());
        self.rows.insert(key, row)
    }

    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (key, row) = self.rows.remove_entry(key)?;
        self.changed.insert(key);
        Some(row)
    }

    /// Removes the rows that don't pass; the answer is how many went.
    pub(crate) fn retain(&mut self, keep: impl Fn(&K, &V) -> bool) -> usize {
        let before = self.rows.len();
        let changed = &mut self.changed;
        self.rows.retain(|key, row| {
            let kept = keep(key, row);
            if !kept {
                changed.insert(key.clone());
            }
            kept
        });
        before - self.rows.len()
    }

    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.rows.values()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.rows.iter()
    }

    pub(crate) fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.rows.keys()
    }

    pub(crate) fn first_key(&self) -> Option<K> {
        self.rows.first_key_value().map(|(key, _)| key.clone())
    }

    pub(crate) fn last_key(&self) -> Option<K> {
        self.rows.last_key_value().map(|(key, _)| key.clone())
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Makes the next saves write every row.
    pub(crate) fn mark_all(&mut self) {
        self.changed.extend(self.rows.keys().cloned());
    }
}

impl<K: Ord + Clone + Serialize + DeserializeOwned, V: Serialize + DeserializeOwned> Table<K, V> {
    /// Writes at most `most` changed rows as journal lines and counts them as saved.
    pub(crate) fn write_changes(
        &mut self,
        table: &'static str,
        most: usize,
        lines: &mut Vec<u8>,
    ) -> Result<usize, serde_json::Error> {
        let mut written = 0;
        while written < most
            && let Some(key) = self.changed.pop_first()
        {
            let line = Line {
                table,
                key: &key,
                row: self.rows.get(&key),
            };
            serde_json::to_writer(&mut *lines, &line)?;
            lines.push(b'\n');
            written += 1;
        }
        Ok(written)
    }

    /// Applies a journal line while loading.
    pub(crate) fn load(&mut self, key: Value, row: Option<Value>) -> Result<(), serde_json::Error> {
        let key = serde_json::from_value(key)?;
        match row {
            Some(row) => {
                self.rows.insert(key, serde_json::from_value(row)?);
            }
            None => {
                self.rows.remove(&key);
            }
        }
        Ok(())
    }
}
